import { z } from 'zod'

/** Members that configuration and API bodies have in common. */

const loopback = new Set(['localhost', '127.0.0.1', '[::1]'])

function isLoopback(url: URL): boolean {
  return loopback.has(url.hostname) || url.hostname.endsWith('.localhost')
}

function isSecure(url: URL): boolean {
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url))
}

function plain(url: URL): boolean {
  return url.username === '' && url.password === '' && url.hash === ''
}

/** An https address, or http on loopback; no fragment, no user name. */
export const zUrl = z
  .string()
  .max(2048)
  .refine((text) => {
    const url = URL.parse(text)
    return url !== null && isSecure(url) && plain(url) && !text.includes('#')
  }, 'must be an absolute https URL')

/** A redirect URI: as `zUrl`, or an app's own scheme in reverse domain form (RFC 8252 §7.1). It must fit into a header. */
export const zRedirectUri = z
  .string()
  .max(2048)
  .regex(/^\p{ASCII}*$/u, 'must be ASCII: percent-encode the rest (RFC 3986 §2.1)')
  .refine((text) => {
    const url = URL.parse(text)
    if (url === null || !plain(url) || /[#*\\\s\p{Cc}]/u.test(text)) return false
    return isSecure(url) || /^[a-z][a-z0-9+-]*\.[a-z0-9+.-]+:$/.test(url.protocol)
  }, 'must be an absolute https URL')

/** `https://app.example`: scheme, host and port, nothing after. */
export const zOrigin = z.string().refine((text) => {
  const url = URL.parse(text)
  return url !== null && isSecure(url) && url.origin === text
}, 'must be an origin such as https://app.example')

export const zHandle = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$/, 'must be 1 to 64 lower-case letters, digits and hyphens')

/** Shown to people: no control characters, not blank. */
export const zName = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .regex(/^\P{Cc}*$/u, 'must not contain control characters')

export const zUsername = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[^\p{Cc}\s]+$/u, 'must not contain spaces or control characters')

export const zEmail = z.email('must be an e-mail address').max(254)

export const zClientId = z.string().regex(/^[A-Za-z0-9._~:/-]{1,200}$/, 'must be 1 to 200 letters, digits or ._~:/-')

/** RFC 6749 §3.3. */
export const zScope = z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,100}$/, 'must be one scope token (RFC 6749 §3.3)')

/** The value of `resource` and `aud`: an absolute URI (RFC 8707 §2). */
export const zResourceIdentifier = z
  .string()
  .max(2048)
  .refine((text) => URL.canParse(text) && !/[#\s]/.test(text), 'must be an absolute URI without a fragment')

/** What an API lets a caller do; `description` is what a person is asked to agree to. */
export const zApiScopes = z
  .array(z.strictObject({ name: zScope, description: zName }))
  .max(200)
  .refine((scopes) => new Set(scopes.map(({ name }) => name)).size === scopes.length, 'must name each scope once')

const zColor = z
  .string()
  .max(100)
  .regex(/^(#[0-9a-fA-F]{3,8}|(rgb|hsl|oklch|oklab|lab|lch)\([0-9a-z.,%/ +-]+\))$/, 'must be a CSS colour')

export const zBranding = z.strictObject({
  logoUri: zUrl.exactOptional(),
  accent: zColor.exactOptional(),
  primary: zColor.exactOptional(),
  termsUri: zUrl.exactOptional(),
  privacyUri: zUrl.exactOptional(),
})

/** Free attributes that policies may look at. */
export const zAttributes = z
  .record(
    z
      .string()
      .regex(/^(?!__proto__$|constructor$|prototype$)[A-Za-z][\w-]{0,63}$/, 'must be a name of letters and digits'),
    z.union([z.string().max(1000), z.number(), z.boolean()]),
  )
  .refine((attributes) => Object.keys(attributes).length <= 100, 'must have at most 100 members')

/** Public keys only (RFC 7517); a private member is refused so that it is not stored by mistake. */
export const zJwks = z.strictObject({
  keys: z
    .array(
      z
        .looseObject({ kty: z.enum(['EC', 'RSA', 'OKP']), kid: z.string().max(200).optional() })
        .refine((key) => !('d' in key), 'must be a public key'),
    )
    .min(1)
    .max(20),
})

export const zProfile = z.enum(['oauth21', 'oidc'])
export const zAuthMethod = z.enum(['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt'])
export const zIdTokenAlg = z.enum(['ES256', 'RS256'])
export const zGrantType = z.string().regex(/^[a-z][a-z0-9_:.-]{0,100}$/, 'must be a grant type')
/** Seconds, up to a day. */
export const zAccessTokenLifetime = z.int().min(30).max(86_400)
/** Seconds, up to a year. */
export const zRefreshLifetime = z.int().min(60).max(31_536_000)
/** Seconds in which the same client may repeat its last refresh token. */
export const zRefreshLeeway = z.int().min(0).max(60)

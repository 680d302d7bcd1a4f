import { createAddressOf } from './address.ts'
import type { Bff } from './bff.ts'
import { createBff } from './bff.ts'
import type { BffOptions } from './options.ts'

/** The part of a Nitro (h3 v2) event that is used. */
interface NitroEvent {
  readonly req: Request & { readonly ip?: string | undefined }
}

export interface BffHandlerOptions extends Partial<BffOptions> {
  /** Addresses or ranges of the proxies whose `X-Forwarded-For` is believed; none by default. */
  trustedProxies?: readonly string[]
}

type Environment = Readonly<Record<string, string | undefined>>

/** Variables that fill in what the options leave out. */
const variables = {
  issuer: 'CARDEA_ISSUER',
  clientId: 'CARDEA_CLIENT_ID',
  clientSecret: 'CARDEA_CLIENT_SECRET',
  publicUrl: 'CARDEA_APP_URL',
  secret: 'CARDEA_SECRET',
} as const
const proxies = 'CARDEA_TRUSTED_PROXIES'

/** Options with what the environment says; it wins, so that one build serves many places. Names what is missing. */
function withEnvironment(options: Partial<BffOptions>, environment: Environment): BffOptions {
  const value = (name: keyof typeof variables) => environment[variables[name]] || options[name]
  const needed = (name: keyof typeof variables) => {
    const found = value(name)
    if (found === undefined) throw new TypeError(`@cardea/bff: set ${variables[name]}`)
    return found as string
  }
  const secret = value('secret')
  const clientSecret = value('clientSecret')
  if (clientSecret === undefined && options.privateKey === undefined) needed('clientSecret')
  return {
    ...options,
    issuer: needed('issuer'),
    clientId: needed('clientId'),
    publicUrl: needed('publicUrl'),
    // Comma-separated: the newest first.
    secret: typeof secret === 'string' ? secret.split(',').map((each) => each.trim()) : (secret ?? needed('secret')),
    ...(clientSecret !== undefined && { clientSecret: clientSecret as string }),
  }
}

/**
 * A BFF as a Nitro event handler, for a route `/auth/**`. What the options leave out comes from `CARDEA_ISSUER`,
 * `CARDEA_CLIENT_ID`, `CARDEA_CLIENT_SECRET`, `CARDEA_APP_URL`, `CARDEA_SECRET` and `CARDEA_TRUSTED_PROXIES`. Throws a
 * `TypeError` that names what is missing or wrong.
 */
export function bffHandler({
  trustedProxies = [],
  ...options
}: BffHandlerOptions = {}): (event: NitroEvent) => Promise<Response> {
  const bff: Bff = createBff(withEnvironment(options, process.env))
  const named = process.env[proxies]
  const addressOf = createAddressOf(named ? named.split(/[\s,]+/).filter(Boolean) : trustedProxies)
  return ({ req }) => {
    const found = req.ip === undefined ? undefined : addressOf(req.ip, req.headers.get('x-forwarded-for'))
    return bff.fetch(req, { address: found?.address })
  }
}

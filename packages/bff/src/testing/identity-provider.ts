import { Provider } from 'oidc-provider'
import type { Browser } from './browser.ts'
import type { Served } from './serve.ts'
import { reserve } from './serve.ts'

/** Somebody else's identity provider on a real port: `oidc-provider` with its own sign-in pages. */
export interface IdentityProvider extends Served {
  /** Calls of the token endpoint by grant type. */
  readonly grants: Record<string, number>
  /** Access and refresh tokens, codes and ID tokens it has given out. */
  readonly tokens: string[]
  readonly revoked: string[]
  /** Fills in its pages until it sends the browser back to the app. */
  readonly signIn: (browser: Browser, location: string, login: string) => Promise<string>
  readonly stopAnswering: (answers: boolean) => void
}

export async function identityProvider(appUrl: string, basePath = '/auth'): Promise<IdentityProvider> {
  const port = await reserve()
  const provider = new Provider(port.url, {
    clients: [
      {
        client_id: 'mail',
        client_secret: 'mail-secret-of-the-test',
        redirect_uris: [`${appUrl}${basePath}/callback`],
        post_logout_redirect_uris: [`${appUrl}${basePath}/signed-out`],
        backchannel_logout_uri: `${appUrl}${basePath}/backchannel-logout`,
        backchannel_logout_session_required: true,
        grant_types: ['authorization_code', 'refresh_token'],
      },
    ],
    scopes: ['openid', 'profile', 'email', 'offline_access'],
    claims: { openid: ['sub'], profile: ['name'], email: ['email', 'email_verified'] },
    cookies: { keys: ['a key for the test'] },
    pkce: { required: () => true },
    rotateRefreshToken: true,
    issueRefreshToken: async () => true,
    // Its own refuses loopback, where the app of the test is.
    fetch: (url, init) => fetch(url, { ...init, dispatcher: undefined } as object),
    features: {
      revocation: { enabled: true },
      backchannelLogout: { enabled: true },
      rpInitiatedLogout: { enabled: true },
    },
    ttl: { AccessToken: 300, IdToken: 300, RefreshToken: 86_400, Session: 86_400, Grant: 86_400, Interaction: 600 },
    findAccount: (_context, id) => ({
      accountId: id,
      claims: () => ({ sub: id, name: `Name of ${id}`, email: `${id}@example.test`, email_verified: true }),
    }),
  })
  const grants: Record<string, number> = {}
  const tokens: string[] = []
  const revoked: string[] = []
  provider.on('grant.success', (context) => {
    const type = String(context.oidc.params?.grant_type)
    grants[type] = (grants[type] ?? 0) + 1
    const body = context.body as Record<string, string>
    tokens.push(...[body.access_token, body.refresh_token, body.id_token].filter((each) => each !== undefined))
  })
  provider.on('refresh_token.destroyed', (token) => revoked.push(token.jti))
  let answers = true
  const callback = provider.callback()
  port.answer((request, response) => (answers ? callback(request, response) : request.socket.destroy()))

  const signIn: IdentityProvider['signIn'] = async (browser, location, login) => {
    let at = location
    for (let hop = 0; hop < 12; hop++) {
      if (at.startsWith(appUrl)) return at
      const page = await browser.open(at)
      const onward = page.headers.get('location')
      if (onward) {
        at = new URL(onward, at).href
        continue
      }
      const prompt = /name="prompt" value="(\w+)"/.exec(await page.text())?.[1]
      if (!prompt) throw new Error(`${at} answered ${page.status}`)
      const answer = await browser.open(at, {
        method: 'POST',
        body: new URLSearchParams({ prompt, login, password: 'any' }),
      })
      at = new URL(answer.headers.get('location') ?? '', at).href
    }
    throw new Error('sign-in did not come back')
  }

  return {
    ...port,
    grants,
    tokens,
    revoked,
    signIn,
    stopAnswering: (now) => {
      answers = now
    },
  }
}

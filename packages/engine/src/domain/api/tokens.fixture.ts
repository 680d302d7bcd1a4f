import type { AccountId } from '@cardea/protocol'
import type { TestEngine } from '../../testing.ts'

/** The app of people's own pages. */
export const portal = {
  clientId: 'portal',
  name: 'Portal',
  secret: 'portal-secret-0123456789',
  redirectUris: ['http://localhost:3000/account/_auth/callback'],
  scopes: ['openid', 'me:read', 'me:write'],
  firstParty: true,
}

/** `Authorization` of an access token that a client_credentials client gets over HTTP. */
export async function clientToken(test: TestEngine, clientId: string, secret: string, scope: string): Promise<string> {
  const answer = await test.fetch('/oauth2/token', {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${clientId}:${secret}`)}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope }),
  })
  const body = JSON.parse(await answer.text())
  if (answer.status !== 200) throw new Error(`no token for ${clientId}: ${JSON.stringify(body)}`)
  return `Bearer ${body.access_token}`
}

export interface SignedIn {
  readonly authorization: string
  readonly account: AccountId
  readonly session: `ses_${string}`
}

/** A person with a new session, and the access token an app got in it. What a sign-in leaves behind, without its pages. */
export async function signedIn(
  { engine }: TestEngine,
  username: string,
  { clientId = 'portal', scope = ['openid', 'me:read', 'me:write'], org = undefined as string | undefined } = {},
): Promise<SignedIn> {
  const organization = org === undefined ? await engine.organizations.root() : await engine.organizations.find(org)
  const client = await engine.clients.find(clientId)
  if (!organization || !client) throw new Error(`there is no ${org ?? clientId}`)
  const account = await engine.accounts.findByIdentifier(organization.id, username)
  if (!account) throw new Error(`there is no ${username}`)
  const { session, code } = await engine.store.unit(async (unit) => {
    const { session } = await engine.sessions.create(unit, {
      org: organization.id,
      account: account.id,
      startedBy: clientId,
      factors: [{ authenticator: 'password', amr: ['pwd'], at: engine.now() }],
      userAgent: 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7; rv:140.0) Gecko/20100101 Firefox/140.0',
      address: '198.51.100.7',
    })
    const code = await engine.grants.issueCode(unit, {
      request: {
        clientId,
        redirectUri: client.redirectUris[0] ?? '',
        responseType: 'code',
        responseMode: 'query',
        scope,
        state: undefined,
        nonce: undefined,
        codeChallenge: undefined,
        prompt: [],
        maxAge: undefined,
        acrValues: [],
        loginHint: undefined,
        hintedSubject: undefined,
        claims: undefined,
        resource: [],
        uiLocales: [],
      },
      client,
      account,
      session,
      factors: session.factors,
      scope,
    })
    return { session, code }
  })
  const redemption = { code, redirectUri: client.redirectUris[0], codeVerifier: undefined }
  const { grant } = await engine.grants.redeemCode(client, redemption)
  const { accessToken } = await engine.tokens.access({ client, scope, resource: [], subject: { account, grant } })
  return { authorization: `Bearer ${accessToken}`, account: account.id, session: session.id }
}

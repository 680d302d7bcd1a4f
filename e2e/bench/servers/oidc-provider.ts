import { generateKeyPairSync } from 'node:crypto'
import type { Configuration } from 'oidc-provider'
import { interactionPolicy, Provider } from 'oidc-provider'
import { postgresAdapter } from './oidc-provider-postgres.ts'

/** The peer, set up for the same work: ES256 JWT access tokens, PKCE, rotation of refresh tokens, PostgreSQL or memory. */
const port = Number(process.env.PORT)
const issuer = `http://localhost:${port}`
const jwk = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' })
const database = process.env.DATABASE_URL

// Sign-in is the only question: consent is not what is measured.
const policy = interactionPolicy.base()
policy.remove('consent')

const configuration: Configuration = {
  ...(database ? { adapter: await postgresAdapter(database) } : {}),
  jwks: { keys: [{ ...jwk, alg: 'ES256', use: 'sig', kid: 'bench' }] },
  clients: [
    {
      client_id: 'bench',
      client_secret: 'bench-secret-bench-secret-bench-secret',
      grant_types: ['client_credentials', 'authorization_code', 'refresh_token'],
      redirect_uris: ['http://localhost:9/cb'],
      response_types: ['code'],
      id_token_signed_response_alg: 'ES256',
      token_endpoint_auth_method: 'client_secret_basic',
    },
  ],
  scopes: ['openid', 'offline_access', 'read'],
  cookies: { keys: ['bench'] },
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    introspection: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => 'https://api.bench.test',
      // Structured tokens are not introspected by this server, so that scenario asks for an opaque one.
      getResourceServerInfo: (_context, resource) => ({
        scope: 'read',
        accessTokenFormat: resource === 'https://opaque.bench.test' ? 'opaque' : 'jwt',
        accessTokenTTL: 300,
        jwt: { sign: { alg: 'ES256' } },
      }),
      useGrantedResource: () => true,
    },
  },
  // As its default does: the session's grant, made at the first request.
  loadExistingGrant: async ({ oidc }) => {
    const clientId = oidc.client?.clientId ?? ''
    const grantId = oidc.session?.grantIdFor(clientId)
    const existing = grantId === undefined ? undefined : await oidc.provider.Grant.find(grantId)
    if (existing) return existing
    const grant = new oidc.provider.Grant({ accountId: oidc.session?.accountId ?? '', clientId })
    grant.addOIDCScope('openid offline_access')
    grant.addResourceScope('https://api.bench.test', 'read')
    await grant.save()
    return grant
  },
  findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  issueRefreshToken: async () => true,
  interactions: { policy, url: (_context, interaction) => `/interaction/${interaction.uid}` },
  rotateRefreshToken: true,
  pkce: { required: () => true },
  ttl: {
    AccessToken: 300,
    ClientCredentials: 300,
    AuthorizationCode: 60,
    RefreshToken: 86_400,
    Session: 86_400,
    Grant: 86_400,
    Interaction: 600,
    IdToken: 300,
  },
}

const provider = new Provider(issuer, configuration)
provider.use(async (context, next) => {
  if (!context.path.startsWith('/interaction/')) return next()
  await provider.interactionFinished(context.req, context.res, { login: { accountId: 'alex' } })
  context.respond = false
})
provider.listen(port, '127.0.0.1', () => process.send?.('ready'))

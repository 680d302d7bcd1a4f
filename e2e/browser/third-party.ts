import { createServer } from 'node:http'
import * as oidc from 'openid-client'
import { secretOf } from '../deployment/configuration.ts'
import { addresses } from './deployment.ts'

export interface ThirdParty {
  readonly origin: string
  readonly close: () => void
}

interface Started {
  readonly verifier: string
  readonly nonce: string
}

/** Somebody else's web app: `/start?scope=…` signs in with openid-client, the callback shows what it got. */
export async function startThirdParty(): Promise<ThirdParty> {
  const configuration = await oidc.discovery(
    new URL(addresses.server),
    'third-party',
    {},
    oidc.ClientSecretBasic(secretOf('third-party')),
    { execute: [oidc.allowInsecureRequests] },
  )
  const started = new Map<string, Started>()

  const begin = async (origin: string, url: URL): Promise<string> => {
    const [state, verifier, nonce] = [oidc.randomState(), oidc.randomPKCECodeVerifier(), oidc.randomNonce()]
    started.set(state, { verifier, nonce })
    const parameters = {
      redirect_uri: `${origin}/callback`,
      scope: url.searchParams.get('scope') ?? 'openid profile email',
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state,
      nonce,
      ...Object.fromEntries([...url.searchParams].filter(([name]) => name !== 'scope')),
    }
    return oidc.buildAuthorizationUrl(configuration, parameters).href
  }
  const finish = async (url: URL): Promise<string> => {
    const state = url.searchParams.get('state') ?? ''
    const { verifier, nonce } = started.get(state) ?? { verifier: '', nonce: '' }
    const tokens = await oidc.authorizationCodeGrant(configuration, url, {
      pkceCodeVerifier: verifier,
      expectedState: state,
      expectedNonce: nonce,
    })
    const { email } = await oidc.fetchUserInfo(configuration, tokens.access_token, tokens.claims()?.sub ?? '')
    return `Planner knows ${email}, allowed: ${tokens.scope}`
  }

  let origin = ''
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', origin)
    if (url.pathname === '/start') {
      response.writeHead(302, { location: await begin(origin, url) }).end()
      return
    }
    const text =
      url.pathname === '/callback' ? await finish(url).catch((error) => `Refused: ${error.error}`) : 'Planner'
    response.writeHead(200, { 'content-type': 'text/html' })
    response.end(`<!doctype html><html lang="en"><title>Planner</title><p>${text}</p></html>`)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port for the third-party app')
  // A loopback address may be registered without the port it gets (RFC 8252 §7.3).
  origin = `http://localhost:${address.port}`
  return { origin, close: () => server.close() }
}

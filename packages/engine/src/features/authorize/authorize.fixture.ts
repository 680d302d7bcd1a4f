import type { TestEngine } from '../../testing.ts'
import { authorized, callback, challengeOf, verifier } from '../token/oauth.fixture.ts'

/** A request that is right in every respect; `change` replaces parameters, `undefined` leaves one out. */
export function parameters(change: Record<string, string | undefined> = {}): URLSearchParams {
  const all: Record<string, string | undefined> = {
    client_id: 'web',
    redirect_uri: callback,
    response_type: 'code',
    scope: 'openid profile',
    state: 'st&a=te %E4 ü',
    code_challenge: challengeOf(verifier),
    code_challenge_method: 'S256',
    ...change,
  }
  return new URLSearchParams(
    Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  )
}

/** A browser that may have a session; it follows nothing. */
export function browser(t: TestEngine, cookie?: string) {
  const headers: Record<string, string> = cookie === undefined ? {} : { cookie: ssoCookie(t, cookie) }
  const get = (change?: Record<string, string | undefined>) =>
    t.fetch(`/oauth2/authorize?${parameters(change)}`, { headers })
  const post = (change?: Record<string, string | undefined>) =>
    t.fetch('/oauth2/authorize', { method: 'POST', headers, body: parameters(change) })
  return { get, post }
}

/** Somebody signed in, in a browser. */
export async function signedInBrowser(t: TestEngine, username = 'alex') {
  const { cookie, session } = await authorized(t, 'web', { username })
  return { ...browser(t, cookie), cookie, session, header: ssoCookie(t, cookie) }
}

function ssoCookie(t: TestEngine, secret: string): string {
  return t.engine.sessions.cookie.set(secret).split(';', 1)[0] ?? ''
}

/** The parameters an app gets on its redirect URI. */
export function answerOf(response: Response): Record<string, string> {
  const location = response.headers.get('location') ?? ''
  return location.startsWith(callback) ? Object.fromEntries(new URL(location).searchParams) : { elsewhere: location }
}

import type { Settings } from '../options.ts'
import type { CookieJar } from '../request/cookies.ts'
import type { Seals } from '../seal.ts'
import { digest, randomId } from '../seal.ts'
import type { Session } from './session.ts'
import { expiryOf } from './session.ts'

/** A session and where it is kept: `key` is its place in the store. */
export interface Kept {
  readonly session: Session
  readonly key: string | undefined
}

/** Sessions behind the cookie, whether it holds them or names them. */
export interface Sessions {
  /** The browser's session, unless it has ended. */
  readonly read: (cookies: CookieJar) => Promise<Kept | undefined>
  /** Always under a new cookie value: one that was planted before sign-in names nothing (session fixation). */
  readonly create: (cookies: CookieJar, session: Session) => Promise<void>
  /** Writes a renewed session into its cookie; of one in a store, while it is still there, only when it was used. */
  readonly renew: (cookies: CookieJar, kept: Kept) => Promise<void>
  /** Ends it for good: an answer that was on its way meanwhile does not bring it back. */
  readonly end: (cookies: CookieJar, kept: Kept | undefined) => Promise<void>
  /** Takes it from this browser because the identity provider renews it no longer. */
  readonly drop: (cookies: CookieJar, kept: Kept) => Promise<void>
  /** The session as the store has it now. */
  readonly stored: (key: string) => Promise<Session | undefined>
  readonly write: (key: string, session: Session) => Promise<void>
}

const name = 'session'
/** Sealed bytes above which servers start to refuse the request's headers (16 kB in Node). */
const cookieLimit = 11_400
/** Ended sessions that a browser remembers at once, and the seconds in which an answer from before the end may arrive. */
const mostEnded = 4
const latestAnswer = 120

/** Of a hash: what the sign-out form's token is bound to stays sealed. */
const endedName = async ({ id }: Session) => `ended-${(await digest(id)).slice(0, 16)}`

export function createSessions(settings: Settings, seals: Seals): Sessions {
  const { store, now } = settings
  const seal = (session: Session) => seals.seal('session', session, expiryOf(settings, session))
  const open = async (sealed: string | undefined): Promise<Session | undefined> => {
    const session = await seals.open<Session>('session', sealed)
    return session && expiryOf(settings, session) > now() ? session : undefined
  }
  const maxAge = (session: Session) => expiryOf(settings, session) - now()

  const write = async (key: string, session: Session) => {
    const { user, sid } = session
    const found = { sealed: await seal(session), sub: user.sub, expiresAt: expiryOf(settings, session) }
    await store?.set(key, sid === undefined ? found : { ...found, sid })
  }
  const stored = async (key: string) => open((await store?.get(key))?.sealed)

  const sealIntoCookie = async (cookies: CookieJar, session: Session) => {
    const sealed = await seal(session)
    // The ID token is only the hint for sign-out: better without it than without a session.
    const value =
      sealed.length <= cookieLimit ? sealed : await seal({ ...session, tokens: { ...session.tokens, id: '' } })
    if (value.length > cookieLimit)
      settings.log('error', 'the session is too large for cookies: use a session store', { length: value.length })
    cookies.set(name, value, maxAge(session))
  }

  /** No server can take a sealed cookie back, and a late answer sets it once more: the browser remembers what is over. */
  const rememberEnded = async (cookies: CookieJar, session: Session) => {
    for (const old of cookies.names('ended-').slice(0, 1 - mostEnded)) cookies.clear(old)
    // As long as a session that was renewed at the last moment would last.
    cookies.set(await endedName(session), '1', settings.idle + latestAnswer)
  }

  const fromCookie = async (cookies: CookieJar, value: string): Promise<Kept | undefined> => {
    const session = await open(value)
    if (!session) return undefined
    if (cookies.read(await endedName(session)) === undefined) return { session, key: undefined }
    cookies.clear(name)
    return undefined
  }

  const drop: Sessions['drop'] = async (cookies, { key }) => {
    if (key !== undefined) await store?.delete(key)
    cookies.clear(name)
  }

  return {
    stored,
    write,
    drop,
    async read(cookies) {
      const value = cookies.read(name)
      if (!value) return undefined
      if (!store) return fromCookie(cookies, value)
      const key = await digest(value)
      const session = await stored(key)
      return session && { session, key }
    },
    async create(cookies, session) {
      const before = cookies.read(name)
      if (!store) {
        const replaced = await open(before)
        if (replaced) await rememberEnded(cookies, replaced)
        return sealIntoCookie(cookies, session)
      }
      if (before) await store.delete(await digest(before))
      const id = randomId()
      await write(await digest(id), session)
      cookies.set(name, id, settings.absolute)
    },
    async renew(cookies, { session, key }) {
      if (key === undefined) return sealIntoCookie(cookies, session)
      await store?.lock(key, async () => {
        // A refresh may have held the lock: its tokens stay.
        const current = await stored(key)
        if (current) await write(key, { ...current, usedAt: Math.max(current.usedAt, session.usedAt) })
      })
    },
    async end(cookies, kept) {
      if (!kept) return cookies.clear(name)
      await drop(cookies, kept)
      if (!store) await rememberEnded(cookies, kept.session)
    },
  }
}

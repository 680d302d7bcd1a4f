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
  readonly end: (cookies: CookieJar, kept: Kept | undefined) => Promise<void>
  /** The session as the store has it now. */
  readonly stored: (key: string) => Promise<Session | undefined>
  readonly write: (key: string, session: Session) => Promise<void>
}

const name = 'session'
/** Sealed bytes above which servers start to refuse the request's headers (16 kB in Node). */
const cookieLimit = 11_400

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

  return {
    stored,
    write,
    async read(cookies) {
      const value = cookies.read(name)
      if (!value) return undefined
      if (!store) {
        const session = await open(value)
        return session && { session, key: undefined }
      }
      const key = await digest(value)
      const session = await stored(key)
      return session && { session, key }
    },
    async create(cookies, session) {
      if (!store) return sealIntoCookie(cookies, session)
      const before = cookies.read(name)
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
      if (kept?.key !== undefined) await store?.delete(kept.key)
      cookies.clear(name)
    },
  }
}

import { ResponseBodyError } from 'openid-client'
import type { Settings } from '../options.ts'
import type { Provider } from '../provider.ts'
import type { CookieJar } from '../request/cookies.ts'
import { digest } from '../seal.ts'
import type { Session } from './session.ts'
import type { Kept, Sessions } from './sessions.ts'
import { refresh } from './tokens.ts'

/** A session whose access token was looked after. `stale`: it has run out, and the identity provider does not answer. */
export type Freshness =
  | { readonly status: 'fresh'; readonly kept: Kept }
  | { readonly status: 'stale'; readonly kept: Kept }
  | { readonly status: 'signed-out' }

export type KeepFresh = (cookies: CookieJar) => Promise<Freshness>

type Outcome = { readonly status: 'fresh' | 'stale'; readonly session: Session } | { readonly status: 'signed-out' }

/** Seconds before the end at which a token counts as expired, and after a refresh for which its result is kept. */
const early = 20
const afterglow = 60

/**
 * Reads the browser's session and renews its tokens when they have run out: once per session, however many
 * requests wait for it (T-BFF-05). With the session in the cookie, requests that were sent before the new cookie
 * arrived get the same result for a minute; with a store, its lock covers other processes too.
 */
export function createKeepFresh(settings: Settings, provider: Provider, sessions: Sessions): KeepFresh {
  const { now, store } = settings
  const running = new Map<string, Promise<Outcome>>()

  const isFresh = ({ tokens }: Session) => tokens.accessExpiresAt - early > now()

  const renew = async (session: Session): Promise<Outcome> => {
    const token = session.tokens.refresh
    // Without a refresh token the sign-in still counts, only no API can be called any more.
    if (token === undefined) return { status: 'stale', session }
    try {
      return { status: 'fresh', session: await refresh(settings, provider, session, token) }
    } catch (error) {
      const isOver = error instanceof ResponseBodyError && error.error === 'invalid_grant'
      if (isOver) return { status: 'signed-out' }
      settings.log('warn', 'the access token could not be renewed', { error })
      return { status: 'stale', session }
    }
  }

  const renewStored = (key: string) => async (): Promise<Outcome> => {
    const session = await sessions.stored(key)
    if (!session) return { status: 'signed-out' }
    if (isFresh(session)) return { status: 'fresh', session }
    const outcome = await renew(session)
    if (outcome.status === 'signed-out') await store?.delete(key)
    // Back-channel logout may have ended it meanwhile.
    if (outcome.status === 'fresh') {
      if (!(await store?.get(key))) return { status: 'signed-out' }
      await sessions.write(key, { ...outcome.session, usedAt: now() })
    }
    return outcome
  }

  const once = async (name: string, work: () => Promise<Outcome>): Promise<Outcome> => {
    const known = running.get(name)
    if (known) return known
    const mine = work()
    running.set(name, mine)
    const keep = await mine.then(
      ({ status }) => status === 'fresh' && !store,
      () => false,
    )
    if (!keep) running.delete(name)
    else setTimeout(() => running.delete(name), afterglow * 1000).unref?.()
    return mine
  }

  const renewOnce = async ({ session, key }: Kept): Promise<Outcome> => {
    if (store && key !== undefined) return once(key, () => store.lock(key, renewStored(key)))
    return once(await digest(session.tokens.refresh ?? session.id), () => renew(session))
  }

  /** A session in use is written again after a twentieth of its idle time, not on every request. */
  const touch = async (cookies: CookieJar, kept: Kept): Promise<Kept> => {
    if (now() - kept.session.usedAt < settings.idle / 20) return kept
    const touched = { ...kept, session: { ...kept.session, usedAt: now() } }
    await sessions.renew(cookies, touched)
    return touched
  }

  return async (cookies) => {
    const kept = await sessions.read(cookies)
    if (!kept) return { status: 'signed-out' }
    if (isFresh(kept.session)) return { status: 'fresh', kept: await touch(cookies, kept) }
    const outcome = await renewOnce(kept)
    if (outcome.status === 'signed-out') {
      await sessions.drop(cookies, kept)
      return outcome
    }
    if (outcome.status === 'stale') return { status: 'stale', kept: await touch(cookies, kept) }
    const renewed = { key: kept.key, session: { ...outcome.session, usedAt: now() } }
    if (kept.key === undefined) await sessions.renew(cookies, renewed)
    return { status: 'fresh', kept: renewed }
  }
}

import type { BffSession } from '@cardea/protocol'
import type { Runtime } from './runtime.ts'
import type { Store } from './store.ts'
import { createStore } from './store.ts'
import type { SessionTransport } from './transport/transport.ts'

/** `unknown` until the first answer, unless the server gave a snapshot. */
export type SessionState = { readonly status: 'unknown' } | BffSession

export interface Session extends Store<SessionState> {
  /** Asks the BFF again. Keeps what is known when nobody answers. */
  refresh(): Promise<void>
  /** Takes over what a finished flow or a sign-out told, and tells the other tabs. */
  adopt(session: BffSession): void
}

/** A page that was away for less does not ask again. */
const fresh = 30_000

const same = (one: SessionState, other: SessionState): boolean => JSON.stringify(one) === JSON.stringify(other)

/** Asks when somebody first looks, when the page comes back, when another tab changes it and when it runs out. */
export function createSession(transport: SessionTransport, runtime: Runtime, snapshot?: BffSession): Session {
  let asked = snapshot ? runtime.now() : 0
  let asking: Promise<void> | undefined
  let wait = 0
  let cancelAlarm: (() => void) | undefined
  let tell: ((message: unknown) => void) | undefined
  const store = createStore<SessionState>(snapshot ?? { status: 'unknown' }, listen)

  function take(session: SessionState): void {
    cancelAlarm?.()
    if (!same(session, store.get())) store.set(session)
    const left = session.status === 'signed-in' ? session.expiresAt * 1000 - runtime.now() : 0
    // A clock that is ahead must not make this ask in a loop.
    if (tell && left > 0) cancelAlarm = runtime.after(left, refresh)
  }

  /** A page that never learned who is there is blank: it goes on asking. */
  function missed(): void {
    if (!tell || store.get().status !== 'unknown') return
    if (!wait) console.warn(`Cardea: no session from ${transport.base}`)
    wait = Math.min(2 * wait || 1000, fresh)
    cancelAlarm?.()
    cancelAlarm = runtime.after(wait, refresh)
  }

  function refresh(): Promise<void> {
    asked = runtime.now()
    if (asking) return asking
    const own: Promise<void> = transport
      .session()
      .catch(() => undefined)
      .then((session): void | Promise<void> => {
        // Overtaken by a sign-in or another tab: what counts now may be on its way itself.
        if (asking !== own) return asking
        asking = undefined
        if (session) take(session)
        else missed()
      })
    asking = own
    return own
  }

  function listen(): () => void {
    const channel = runtime.channel(`cardea:${transport.base}`, () => {
      asking = undefined
      void refresh()
    })
    tell = (message) => channel.post(message)
    const stopWatching = runtime.onVisible(() => {
      if (runtime.now() - asked > fresh) void refresh()
    })
    if (store.get().status === 'unknown') void refresh()
    else take(store.get())
    return () => {
      tell = undefined
      cancelAlarm?.()
      stopWatching()
      channel.close()
    }
  }

  return {
    get: store.get,
    subscribe: store.subscribe,
    refresh,
    adopt(session) {
      asked = runtime.now()
      asking = undefined
      take(session)
      tell?.('changed')
    },
  }
}

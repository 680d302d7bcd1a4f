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
  let cancelExpiry: (() => void) | undefined
  let tell: ((message: unknown) => void) | undefined
  const store = createStore<SessionState>(snapshot ?? { status: 'unknown' }, listen)

  function take(session: SessionState): void {
    cancelExpiry?.()
    cancelExpiry = undefined
    if (!same(session, store.get())) store.set(session)
    const left = session.status === 'signed-in' ? session.expiresAt * 1000 - runtime.now() : 0
    // A clock that is ahead must not make this ask in a loop.
    if (tell && left > 0) cancelExpiry = runtime.after(left, refresh)
  }

  function refresh(): Promise<void> {
    asked = runtime.now()
    asking ??= transport
      .session()
      .then(take, () => undefined)
      .finally(() => {
        asking = undefined
      })
    return asking
  }

  function listen(): () => void {
    const channel = runtime.channel(`cardea:${transport.base}`, () => void refresh())
    tell = (message) => channel.post(message)
    const stopWatching = runtime.onVisible(() => {
      if (runtime.now() - asked > fresh) void refresh()
    })
    if (store.get().status === 'unknown') void refresh()
    else take(store.get())
    return () => {
      tell = undefined
      cancelExpiry?.()
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
      take(session)
      tell?.('changed')
    },
  }
}

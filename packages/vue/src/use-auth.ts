import type { Auth, SessionState } from '@cardea/core'
import type { BffUser } from '@cardea/protocol'
import type { ComputedRef, ShallowRef } from 'vue'
import { computed } from 'vue'
import { useCardea } from './cardea.ts'
import { useStore } from './use-store.ts'

export interface UseAuth extends Pick<Auth, 'signIn' | 'signInUrl' | 'signOut' | 'fetch'> {
  readonly session: Readonly<ShallowRef<SessionState>>
  readonly status: ComputedRef<SessionState['status']>
  readonly user: ComputedRef<BffUser | undefined>
  readonly refresh: () => Promise<void>
}

const userOf = (session: SessionState): BffUser | undefined =>
  session.status === 'signed-in' ? session.user : undefined

/** Who is signed in, and signing in and out. */
export function useAuth(): UseAuth {
  const { auth } = useCardea()
  const session = useStore(auth.session)
  return {
    session,
    status: computed(() => session.value.status),
    user: computed(() => userOf(session.value)),
    signIn: auth.signIn,
    signInUrl: auth.signInUrl,
    signOut: auth.signOut,
    fetch: auth.fetch,
    refresh: auth.session.refresh,
  }
}

/** The person who is signed in. */
export const useUser = (): ComputedRef<BffUser | undefined> => useAuth().user

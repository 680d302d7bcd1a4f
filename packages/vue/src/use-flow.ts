import { flowDoor } from '@cardea/core'
import { browserPasskeys } from '@cardea/core/passkeys'
import type { SignInEvent, SignInOptions, SignInState, SignInView } from '@cardea/core/sign-in'
import { createSignIn, signInView } from '@cardea/core/sign-in'
import type { StepForm } from '@cardea/protocol'
import type { ComputedRef, ShallowRef } from 'vue'
import { computed, onBeforeUnmount, onMounted, onScopeDispose, useId } from 'vue'
import { useCardea } from './cardea.ts'
import { useStore } from './use-store.ts'

export interface FlowOptions extends Omit<SignInOptions, 'startable' | 'hostedUrl'> {
  /** The plain form of a step that the server rendered. */
  readonly form?: StepForm | undefined
  /** Whose form it is: the identity provider's own page, or the app's BFF. Default `hosted`. */
  readonly door?: 'hosted' | 'bff' | undefined
  /** Goes to hosted sign-in for what cannot be done here. */
  readonly auto?: boolean | undefined
  readonly appName?: () => string | undefined
}

export interface UseFlow {
  readonly state: Readonly<ShallowRef<SignInState>>
  readonly view: ComputedRef<SignInView>
  readonly send: (event: SignInEvent) => void
  /** Start of every id in the view. */
  readonly prefix: string
}

/** A sign-in for markup of your own: `view` says what to draw, `send` takes what the person does. Starts when mounted. */
export function useFlow(
  _kind: 'sign-in',
  { form, door, auto, appName, initial, ...options }: FlowOptions = {},
): UseFlow {
  const { auth } = useCardea()
  const prefix = `cardea-${useId()}`
  const hosted = form !== undefined && door !== 'bff'
  const flow = createSignIn({
    ...options,
    initial: initial && { ...initial, ...(form && { csrf: form.csrf }) },
    transport: hosted ? flowDoor(form, auth.runtime) : auth.transport.flow,
    runtime: auth.runtime,
    hosted: auto && !hosted ? auth.signInUrl : undefined,
    passkeys: browserPasskeys(),
    session: hosted ? undefined : auth.session,
  })
  /** A page that the browser kept when it was left, and shows again by "Back": nothing it shows can be used any more. */
  const comeBack = async ({ persisted }: PageTransitionEvent) => {
    const { type } = flow.get()
    if (!persisted || (type !== 'redirect' && type !== 'done')) return
    if (hosted) return flow.send({ type: 'start' })
    await auth.session.refresh()
    if (auth.session.get().status !== 'signed-out') return
    // What led away once would lead away again: then it is the person who starts.
    flow.send(type === 'redirect' ? { type: 'came-back', code: 'bff.sign_in_failed' } : { type: 'start' })
  }
  const state = useStore(flow)
  onMounted(() => {
    addEventListener('pageshow', comeBack)
    flow.begin()
  })
  onBeforeUnmount(() => removeEventListener('pageshow', comeBack))
  onScopeDispose(flow.end)
  return {
    state,
    view: computed(() => signInView(state.value, { prefix, appName: appName?.() })),
    send: flow.send,
    prefix,
  }
}

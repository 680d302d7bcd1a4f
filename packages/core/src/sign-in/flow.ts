import type { BffFlowStart } from '@cardea/protocol'
import { given } from '../given.ts'
import { faultOf, placeOf } from '../location.ts'
import type { Passkeys } from '../passkeys/passkeys.ts'
import type { Runtime } from '../runtime.ts'
import type { Session } from '../session.ts'
import type { Store } from '../store.ts'
import { createStore } from '../store.ts'
import type { FlowTransport, StepAnswer } from '../transport/transport.ts'
import { reduceSignIn } from './reducer.ts'
import type { Effect, SignInEvent, SignInOptions, SignInState } from './state.ts'

export interface SignInFlow extends Store<SignInState> {
  send(event: SignInEvent): void
  /** Takes up a step the server rendered, once the page is alive; starts the flow when there is none. */
  begin(): void
  /** Ends what waits in the browser; of an answer still on its way only the session counts. */
  end(): void
}

export interface SignInParts extends Omit<SignInOptions, 'hostedUrl' | 'startable'> {
  readonly transport: FlowTransport
  readonly runtime: Pick<Runtime, 'navigate' | 'reload' | 'location' | 'replace'>
  /** Makes the address of hosted sign-in, for what cannot be done natively. */
  readonly hosted?: ((start: BffFlowStart) => string) | undefined
  /** Absent where the browser has none. */
  readonly passkeys?: Passkeys | undefined
  /** Learns of the new session; absent on hosted pages. */
  readonly session?: Pick<Session, 'adopt'> | undefined
}

/** A sign-in: a store that takes events and does what follows from them. */
export function createSignIn(parts: SignInParts): SignInFlow {
  const { transport, runtime, passkeys, session } = parts
  const { returnTo, loginHint, acrValues, prompt } = parts
  const start = (): BffFlowStart => given({ returnTo: returnTo ?? placeOf(runtime), loginHint, acrValues, prompt })
  const options = (): SignInOptions => ({
    ...parts,
    startable: transport.start !== undefined,
    hostedUrl: parts.hosted?.(start()),
  })
  const idle: SignInState = { type: 'idle' }
  const [first, effects] = parts.initial
    ? reduceSignIn(idle, { type: 'answered', answer: { status: 'step', ...parts.initial } }, options())
    : [idle, []]
  const store = createStore<SignInState>(first)
  let ceremony: AbortController | undefined
  let ended = false

  const send = (event: SignInEvent): void => {
    if (ended) {
      if (event.type === 'answered' && event.answer.status === 'signed-in') session?.adopt(event.answer.session)
      return
    }
    const [state, follow] = reduceSignIn(store.get(), event, options())
    store.set(state)
    follow.forEach(run)
  }

  const ask = (answer: ReturnType<FlowTransport['answer']> | undefined): void =>
    void answer?.then(
      (told) => send({ type: 'answered', answer: told }),
      () => send({ type: 'unreachable' }),
    )

  const cancelCeremony = () => {
    ceremony?.abort()
    ceremony = undefined
  }

  const autofills = async () => !ended && (await passkeys?.conditional().catch(() => false))

  async function runPasskey({ authenticatorId, challengeData, conditional }: Extract<Effect, { type: 'passkey' }>) {
    cancelCeremony()
    const own = new AbortController()
    ceremony = own
    if (!passkeys) {
      if (!conditional) send({ type: 'passkey-failed', fault: { type: 'passkey-unsupported' } })
      return
    }
    if (conditional && !(await autofills())) return
    if (own.signal.aborted) return
    const outcome = await passkeys.answer(challengeData, { conditional, signal: own.signal })
    if (own.signal.aborted) return
    if (outcome.type === 'answered')
      send({ type: 'passkey-answered', authenticatorId, tokenResponse: outcome.tokenResponse })
    else if (!conditional) send({ type: 'passkey-failed', fault: { type: `passkey-${outcome.type}` } })
  }

  async function prepare(answer: StepAnswer): Promise<void> {
    const told = (await autofills()) && !ended ? await transport.answer(answer).catch(() => undefined) : undefined
    send({ type: 'prepared', answer: told })
  }

  function run(effect: Effect): void {
    if (effect.type === 'start') {
      if (faultOf(runtime)) runtime.replace(placeOf(runtime))
      ask(transport.start?.(start()))
    } else if (effect.type === 'answer') ask(transport.answer(effect.answer))
    else if (effect.type === 'passkey') void runPasskey(effect)
    else if (effect.type === 'prepare') void prepare(effect.answer)
    else if (effect.type === 'cancel-passkey') cancelCeremony()
    else if (effect.type === 'adopt') session?.adopt(effect.session)
    else if (effect.type === 'navigate') runtime.navigate(effect.url)
    else runtime.reload()
  }

  return {
    get: store.get,
    subscribe: store.subscribe,
    send,
    begin() {
      ended = false
      const fault = faultOf(runtime)
      if (parts.initial) effects.forEach(run)
      // Starting by itself would lead a page that is sent back with an error there again, for ever.
      else send(fault ? { type: 'came-back', code: fault.code } : { type: 'start' })
    },
    end() {
      ended = true
      cancelCeremony()
    },
  }
}

import type { BffFlowStart, FlowAnswer } from '@cardea/protocol'
import type { PasskeyOutcome, Passkeys } from '../../passkeys/passkeys.ts'
import type { Message } from '../../text.ts'
import type { StepAnswer } from '../../transport/transport.ts'
import type { SignInFlow, SignInParts } from '../flow.ts'
import { createSignIn } from '../flow.ts'
import { signInView } from '../view.ts'

/** A sign-in against a server that answers when told to. */
export interface Driven {
  readonly flow: SignInFlow
  readonly started: BffFlowStart[]
  readonly sent: StepAnswer[]
  readonly did: string[]
  /** Answers the oldest open call. */
  readonly server: (answer: FlowAnswer) => Promise<void>
  /** Nobody answers it. */
  readonly unreachable: () => Promise<void>
}

const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve))

export function drive(more: Partial<SignInParts> = {}, startable = true): Driven {
  const open: PromiseWithResolvers<FlowAnswer>[] = []
  const started: BffFlowStart[] = []
  const sent: StepAnswer[] = []
  const did: string[] = []
  const call = () => {
    const answer = Promise.withResolvers<FlowAnswer>()
    open.push(answer)
    return answer.promise
  }
  const flow = createSignIn({
    transport: {
      ...(startable && {
        start: (options: BffFlowStart) => {
          started.push(options)
          return call()
        },
      }),
      answer: (answer) => {
        sent.push(answer)
        return call()
      },
    },
    runtime: {
      navigate: (url) => void did.push(`navigate ${url}`),
      reload: () => void did.push('reload'),
      location: () => '/here',
      replace: (path) => void did.push(`replace ${path}`),
    },
    session: { adopt: (session) => void did.push(`adopt ${session.status}`) },
    ...more,
  })
  return {
    flow,
    started,
    sent,
    did,
    async server(answer) {
      open.shift()?.resolve(answer)
      await settle()
    },
    async unreachable() {
      open.shift()?.reject(new TypeError('Failed to fetch'))
      await settle()
    },
  }
}

/** The browser's passkeys as a script: each ceremony ends as the test says. */
export function scriptedPasskeys(autofill: boolean) {
  const ceremonies: {
    conditional: boolean
    aborted: () => boolean
    end: (outcome: PasskeyOutcome) => Promise<void>
  }[] = []
  const passkeys: Passkeys = {
    conditional: async () => autofill,
    answer(_challenge, { conditional, signal }) {
      const { promise, resolve } = Promise.withResolvers<PasskeyOutcome>()
      ceremonies.push({
        conditional,
        aborted: () => signal.aborted,
        end: async (outcome) => {
          resolve(outcome)
          await settle()
        },
      })
      return promise
    },
  }
  return { passkeys, ceremonies }
}

/** A message without a language: its key and its parameters. */
const words = (message: Message | undefined): string | undefined => {
  if (!message) return undefined
  const params = Object.entries(message.params).map(([name, value]) => `${name}=${value}`)
  return [message.key === 'error' ? message.code : message.key, ...params].join(' ')
}

/** What a person perceives, in plain values. */
export function perceive(flow: SignInFlow): Record<string, unknown> {
  const view = signInView(flow.get(), { prefix: 'f' })
  if (view.type === 'failed') return { type: view.type, message: words(view.message), focus: view.focus }
  if (view.type !== 'step') return { type: view.type }
  return {
    kind: view.kind,
    heading: words(view.heading),
    subheading: words(view.subheading),
    person: view.person?.identifier,
    change: words(view.person?.change?.label),
    fields: view.fields.map(({ name }) => name),
    values: Object.fromEntries(view.fields.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]]))),
    errors: Object.fromEntries(view.fields.flatMap(({ name, error }) => (error ? [[name, words(error)]] : []))),
    alert: words(view.alert),
    notice: words(view.notice),
    asked: view.consent?.asked.map((asked) => ('words' in asked ? asked.words : words(asked.phrase))),
    primary: words(view.primary?.label),
    spins: [
      view.primary && { ...view.primary, id: 'primary' },
      view.deny,
      view.skip,
      view.resend,
      view.person?.change,
      ...view.options,
    ].flatMap((action) => (action?.busy ? [action.id] : [])),
    options: view.options.map(({ label }) => words(label)),
    folded: view.folded,
    skip: words(view.skip?.label),
    resend: view.resend?.seconds,
    secret: view.enrolment?.groups.join(' '),
    focus: view.focus,
    busy: view.busy,
    live: words(view.live),
  }
}

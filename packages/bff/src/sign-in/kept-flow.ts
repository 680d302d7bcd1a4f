import type { NativeStep } from '@cardea/protocol'
import type { Settings } from '../options.ts'
import type { CookieJar } from '../request/cookies.ts'
import type { Seals } from '../seal.ts'
import type { Transaction } from '../session/tokens.ts'

/** An app-native sign-in in progress: the browser holds it sealed and never sees the flow's handle. */
export interface KeptFlow extends Transaction {
  readonly flowId: string
  readonly answerUrl: string
  /** Random. Tells the flows of several tabs apart: it is a part of every version the browser sees. */
  readonly number: number
  readonly version: number
  /** Whether the identity provider counts versions, or we do. */
  readonly isVersioned: boolean
  /** Where the form is, when plain forms are used; then the step is kept too, for the page after the 303. */
  readonly page?: string
  readonly step?: NativeStep
  readonly retry?: boolean
  readonly startedAt: number
}

/** Seconds. */
const lifetime = 900
/** Versions of one flow; more than any flow lets somebody try. */
const span = 10_000
const mostAtOnce = 4

export const newNumber = (): number => (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) + 1
export const versionFor = (flow: Pick<KeptFlow, 'number' | 'version'>): number => flow.number * span + flow.version
const numberOf = (version: number) => Math.floor(version / span)
/** The identity provider's own version in the one the browser has. */
export const ownVersion = (version: number): number => version % span

export interface KeptFlows {
  /** The flow that a version belongs to. */
  readonly find: (cookies: CookieJar, version: number) => Promise<KeptFlow | undefined>
  /** The newest one whose step was kept for `page`. */
  readonly newest: (cookies: CookieJar, page: string) => Promise<KeptFlow | undefined>
  readonly keep: (cookies: CookieJar, flow: KeptFlow) => Promise<void>
  readonly drop: (cookies: CookieJar, flow: KeptFlow) => void
}

const nameOf = (number: number) => `flow-${number}`

export function createKeptFlows({ now }: Settings, seals: Seals): KeptFlows {
  const read = (cookies: CookieJar, name: string) => seals.open<KeptFlow>('flow', cookies.read(name))
  return {
    find: (cookies, version) => read(cookies, nameOf(numberOf(version))),
    async newest(cookies, page) {
      const flows = await Promise.all(cookies.names('flow-').map((name) => read(cookies, name)))
      const here = flows.filter((flow) => flow?.page === page && flow.step)
      return here.sort((one, other) => (other?.startedAt ?? 0) - (one?.startedAt ?? 0))[0]
    },
    async keep(cookies, flow) {
      const name = nameOf(flow.number)
      const others = cookies.names('flow-').filter((each) => each !== name)
      for (const old of others.slice(0, Math.max(0, others.length - mostAtOnce + 1))) cookies.clear(old)
      const until = flow.startedAt + lifetime
      cookies.set(name, await seals.seal('flow', flow, until), Math.max(1, until - now()))
    },
    drop: (cookies, { number }) => cookies.clear(nameOf(number)),
  }
}

/** What a step's form token is bound to: this browser's sealed cookie and this step. */
export const formSubject = (flow: KeptFlow): string => `step ${flow.state} ${versionFor(flow)}`

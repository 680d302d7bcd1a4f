import { isFailure } from '../../kernel/errors.ts'
import type { Engine } from '../engine.ts'
import { advance } from './advance.ts'
import { authenticators } from './authenticator.ts'
import type { Visitor } from './doors.ts'
import { endings } from './doors.ts'
import type { FlowMessage, FlowRecord, NextStep, Pending } from './flow.ts'
import type { Surroundings } from './situation.ts'
import { authenticatorOf, ceremonyOf } from './situation.ts'

/** A record, what comes next for it, and what that was decided on. */
export interface Driven extends Surroundings {
  readonly record: FlowRecord
  readonly next: NextStep
}

/** Where a record stands; nothing is started. What waits counts only for what is asked now. */
export function stand(engine: Engine, record: FlowRecord, around: Surroundings): Driven {
  const next = advance(record, around.situation, engine.contributed(authenticators))
  const { pending } = record
  const asked =
    pending !== undefined &&
    ((next.type === 'prove' && pending.purpose === 'verify') ||
      (next.type === 'enrol' && pending.purpose === 'enrol')) &&
    next.options.includes(pending.authenticator)
  return { ...around, record: asked ? record : { ...record, pending: undefined }, next }
}

/** Advances as far as it goes without an answer: starts an option that nobody need choose, asks whether consent is needed. */
export async function drive(
  engine: Engine,
  before: FlowRecord,
  around: Surroundings,
  from: Visitor | undefined,
): Promise<Driven> {
  const driven = stand(engine, before, around)
  const { record, next } = driven
  if (next.type === 'prove' || next.type === 'enrol') {
    const name = record.pending ? undefined : unasked(engine, driven)
    if (name === undefined) return driven
    return { ...driven, record: await startOption(engine, record, around, { name, type: next.type, from }) }
  }
  if (next.type === 'done' && record.consent === 'unknown' && around.subject?.type === 'account') {
    const ending = engine.contributed(endings).get(record.ending)
    const needed = await ending?.needsConsent(engine, record, around.subject.account, around.client)
    const asked = { ...record, consent: needed ? 'needed' : 'not-needed' } as const
    return { ...driven, record: asked, next: needed ? { type: 'consent' } : next }
  }
  return driven
}

/**
 * The option that is started though nobody chose it: the only one, and on a hosted page the one that waits beside the
 * form. Were that left to the page's script, its request would race the form of who is faster, and one of them be stale.
 */
function unasked(engine: Engine, { record, next, subject }: Driven): string | undefined {
  if (next.type !== 'prove' && next.type !== 'enrol') return undefined
  const [only, ...others] = next.options
  if (others.length > 0) {
    const besideForm = record.binding.door === 'hosted' && subject === undefined && next.type === 'prove'
    return besideForm ? next.options.find((name) => authenticatorOf(engine, name)?.waits) : undefined
  }
  const starts = next.type === 'enrol' || (only !== undefined && authenticatorOf(engine, only)?.starts)
  return starts ? only : undefined
}

/** Lets an authenticator make its prompt (send the code, draw the challenge). A refusal becomes the record's message. */
export async function startOption(
  engine: Engine,
  record: FlowRecord,
  around: Surroundings,
  { name, type, from }: { readonly name: string; readonly type: 'prove' | 'enrol'; readonly from: Visitor | undefined },
): Promise<FlowRecord> {
  const authenticator = authenticatorOf(engine, name)
  if (!authenticator) return record
  const purpose = type === 'enrol' ? 'enrol' : 'verify'
  const before =
    record.pending?.authenticator === name && record.pending.purpose === purpose ? record.pending : undefined
  const ceremony = {
    ...ceremonyOf(engine, record, around.client, around.subject, from),
    ...(before && { before: before.state }),
  }
  try {
    const started = await (type === 'enrol' ? authenticator.enrol : authenticator)?.prompt(ceremony)
    if (!started) return record
    const pending: Pending = { authenticator: name, purpose, ...started, startedAt: engine.now() }
    return { ...record, pending }
  } catch (thrown) {
    if (!isFailure(thrown)) throw thrown
    return { ...record, message: { type: 'ERROR', code: thrown.code, params: plain(thrown.params) } }
  }
}

/** Parameters of a failure as the record keeps them. */
export function plain(params: object): FlowMessage['params'] {
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => [name, typeof value === 'number' ? value : String(value)]),
  )
}

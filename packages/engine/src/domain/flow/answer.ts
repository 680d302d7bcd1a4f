import type { FlowId } from '@cardea/protocol'
import { isFailure } from '../../kernel/errors.ts'
import type { Who } from '../attempt/index.ts'
import { limitedAddress } from '../attempt/index.ts'
import type { Engine } from '../engine.ts'
import type { Params } from './authenticator.ts'
import type { FlowOutcome, Proof, Visitor } from './doors.ts'
import type { Driven } from './drive.ts'
import { drive, stand, startOption } from './drive.ts'
import { flowErrors } from './errors.ts'
import { findFlow } from './find.ts'
import type { StoredAt } from './finish.ts'
import { finish, refuse } from './finish.ts'
import type { FlowRecord } from './flow.ts'
import type { Judged } from './judge.ts'
import { failedMessage, identify, judge } from './judge.ts'
import { authenticatorOf, ceremonyOf, situate, whoOf } from './situation.ts'
import { stepOf } from './step.ts'
import { saveFlow } from './store.ts'

/** What a person sends. */
export interface FlowAnswer {
  /** The version the step was shown with; the current one when absent. */
  readonly version?: number | undefined
  /** Id of the authenticator, not its wire name. */
  readonly authenticator: string
  /** Empty to start the option. */
  readonly params: Params
}

/** Judges one answer and says what comes next. One that came too late is told where the flow stands now. */
export async function answerFlow(
  engine: Engine,
  id: FlowId,
  proof: Proof,
  answer: FlowAnswer,
  from: Visitor,
): Promise<FlowOutcome> {
  try {
    return await takeAnswer(engine, id, proof, answer, from)
  } catch (thrown) {
    if (!isFailure(thrown) || thrown.code !== 'flow.superseded') throw thrown
    const { record, client } = await findFlow(engine, id, proof)
    const driven = stand(engine, failedMessage(record, thrown), await situate(engine, record, client))
    return { type: 'open', flow: driven.record, retry: true, step: await stepOf(engine, driven) }
  }
}

async function takeAnswer(
  engine: Engine,
  id: FlowId,
  proof: Proof,
  answer: FlowAnswer,
  from: Visitor,
): Promise<FlowOutcome> {
  const { record, client } = await findFlow(engine, id, proof)
  if (answer.version !== undefined && answer.version !== record.version) throw flowErrors('flow.superseded')
  const driven = stand(engine, { ...record, message: undefined }, await situate(engine, record, client))
  const turn = await respond(engine, driven, answer, from)
  if (turn.type === 'judged') return settle(engine, record, turn.judged, from)
  const judged = async () => settle(engine, record, await turn.judge(), from)
  return turn.line === undefined ? judged() : engine.attempts.inTurn(turn.line, judged)
}

/** What an answer is: something that needs no judgement, or one to be made in turn. */
type Turn =
  | { readonly type: 'judged'; readonly judged: Judged }
  | { readonly type: 'judge'; readonly line: string | undefined; readonly judge: () => Promise<Judged> }

const unjudged = (judged: Judged): Turn => ({ type: 'judged', judged })

/** The person agreed, or not, to what the app asks for. */
export async function decideFlow(
  engine: Engine,
  id: FlowId,
  proof: Proof,
  decision: { readonly version?: number | undefined; readonly approve: boolean },
  from: Visitor,
): Promise<FlowOutcome> {
  const { record, client } = await findFlow(engine, id, proof)
  if (decision.version !== undefined && decision.version !== record.version) throw flowErrors('flow.superseded')
  const driven = stand(engine, record, await situate(engine, record, client))
  if (driven.next.type !== 'consent') throw flowErrors('flow.authenticator_not_offered')
  const stored: StoredAt = { version: record.version, claimed: false }
  const moved = { ...driven.record, version: record.version + 1 }
  if (!decision.approve) return refuse(engine, { ...driven, record: moved }, 'access_denied', stored)
  return finish(engine, { ...driven, record: { ...moved, consent: 'given' } }, { from, stored })
}

async function respond(engine: Engine, driven: Driven, answer: FlowAnswer, from: Visitor): Promise<Turn> {
  const { record, next, client } = driven
  const { authenticator: name, params } = answer
  const authenticator = authenticatorOf(engine, name)
  if (!authenticator) throw flowErrors('flow.authenticator_unknown')
  if (authenticator.proves === 'identity') return unjudged(await identify(engine, driven, authenticator, params))
  if (next.type !== 'prove' && next.type !== 'enrol') throw flowErrors('flow.authenticator_not_offered')
  if (!next.options.includes(name)) throw flowErrors('flow.authenticator_not_offered')

  if (next.type === 'enrol' && next.skippable && params.skip === 'true') {
    const skipped = [...record.skipped, next.step]
    return unjudged({ record: { ...record, pending: undefined, skipped }, claimed: false })
  }
  const pending = record.pending?.authenticator === name ? record.pending : undefined
  const mustStart = next.type === 'enrol' || authenticator.starts
  if (Object.keys(params).length === 0 || (mustStart && !pending)) {
    const option = { name, type: next.type, from }
    const started = await startOption(engine, { ...record, pending }, driven, option)
    return unjudged({ record: started, subject: driven.subject, claimed: false })
  }
  const missing = await missingParam(engine, driven, name, params)
  if (missing) {
    const failure = flowErrors('credential.missing', { name: missing })
    return unjudged({ record: failedMessage(record, failure), subject: driven.subject, claimed: false })
  }
  const ceremony = ceremonyOf(engine, record, client, driven.subject)
  const subject = driven.subject ?? (await authenticator.subjectOf?.(ceremony, params))
  const line = subject && lineOf(whoOf(engine, subject, from))
  return { type: 'judge', line, judge: () => judge(engine, driven, authenticator, params, { subject, from }) }
}

/** A line for each network, so that strangers do not stand in the person's; by the name they type, as they are counted. */
const lineOf = ({ subject, name, address, knownDevice }: Who) =>
  `${knownDevice ? subject : name} ${limitedAddress(address)} ${knownDevice}`

/** The first field of the prompt that was left empty. */
async function missingParam(engine: Engine, driven: Driven, name: string, params: Params): Promise<string | undefined> {
  const step = await stepOf(engine, { ...driven, next: { ...driven.next, options: [name] } as Driven['next'] })
  if (params.resendCode === 'true') return undefined
  return step.authenticators[0]?.requiredParams?.find((param) => !params[param])
}

/** Advances after an answer and writes down where the flow stands, or ends it. */
async function settle(engine: Engine, before: FlowRecord, judged: Judged, from: Visitor): Promise<FlowOutcome> {
  const { claimed } = judged
  const stored: StoredAt = { version: before.version + (claimed ? 1 : 0), claimed }
  const record: FlowRecord = {
    ...judged.record,
    version: before.version + 1,
    attempts: before.attempts + (claimed ? 1 : 0),
  }
  const client = await engine.clients.find(record.request.clientId)
  if (!client) throw flowErrors('flow.unknown')
  const driven = await drive(engine, record, await situate(engine, record, client, judged), from)
  if (driven.next.type === 'done') return finish(engine, driven, { from, stored, attempt: judged.attempt })
  if (driven.next.type === 'refused') return refuse(engine, driven, 'unmet_requirements', stored)
  const saved = await engine.store.unit(async (unit) => {
    const won = await saveFlow(unit, engine, driven.record, { ...stored, now: engine.now() })
    if (judged.attempt) await engine.attempts.giveBack(unit, judged.attempt.who, judged.attempt.standing)
    if (won && judged.event) await unit.emit(judged.event)
    return won
  })
  if (!saved) throw flowErrors('flow.superseded')
  const retry = driven.record.message?.type === 'ERROR'
  return { type: 'open', flow: driven.record, retry, step: await stepOf(engine, driven) }
}

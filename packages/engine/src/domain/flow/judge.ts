import type { Failure } from '../../kernel/errors.ts'
import { isFailure } from '../../kernel/errors.ts'
import type { NewEvent } from '../../kernel/events/index.ts'
import type { Subject } from '../account/index.ts'
import type { Standing, Who } from '../attempt/index.ts'
import type { Engine } from '../engine.ts'
import type { Authenticator, Ceremony, Params, Verdict } from './authenticator.ts'
import type { Visitor } from './doors.ts'
import type { Driven } from './drive.ts'
import { plain } from './drive.ts'
import { flowErrors } from './errors.ts'
import type { FlowRecord } from './flow.ts'
import { ceremonyOf, factorsOf, whoOf } from './situation.ts'
import { claimAnswer, releaseAnswer, saveFlow } from './store.ts'

/** What an answer made of the record. */
export interface Judged {
  readonly record: FlowRecord
  /** Who it is about, when that was read already. */
  readonly subject?: Subject | undefined
  /** Whether the version was claimed before the answer was judged. */
  readonly claimed: boolean
  /** Whose attempt was claimed and has not failed: it is given back, or ends the sign-in. */
  readonly attempt?: ClaimedAttempt | undefined
  readonly event?: NewEvent
  /** What the subject had enrolled before the answer, when the answer changed nothing of it. */
  readonly factors?: Ceremony['factors']
}

export interface ClaimedAttempt {
  readonly who: Who
  readonly standing: Standing
}

/** Judged answers of one flow, right and wrong; a sign-in has no more than a few right ones. */
const mostAttempts = 20
/** Longer than any username or e-mail address. */
const longestIdentifier = 320

/** The record with a refusal as what the person is told. */
export function failedMessage(record: FlowRecord, { code, params }: Failure): FlowRecord {
  return { ...record, message: { type: 'ERROR', code, params: plain(params) } }
}

/** Says whom the flow is about, or goes back to ask. Nothing secret is judged, so nothing is claimed before. */
export async function identify(
  engine: Engine,
  driven: Driven,
  authenticator: Authenticator,
  params: Params,
): Promise<Judged> {
  const { record, client } = driven
  if (record.done.length > 0) throw flowErrors('flow.authenticator_not_offered')
  const anew: FlowRecord = { ...record, account: undefined, ghost: false, pending: undefined }
  if (Object.keys(params).length === 0) return { record: anew, claimed: false }
  const verdict = await authenticator.verify(ceremonyOf(engine, anew, client, undefined), params, null)
  if (verdict.type === 'rejected') return { record: failedMessage(anew, verdict.failure), claimed: false }
  if (verdict.type !== 'proven' || !verdict.subject) throw new Error(`${authenticator.id} identified nobody`)
  return { record: about(anew, verdict.subject, params.username), subject: verdict.subject, claimed: false }
}

function about(record: FlowRecord, subject: Subject, typed: string | undefined): FlowRecord {
  return {
    ...record,
    account: subject.type === 'account' ? subject.account.id : subject.id,
    ghost: subject.type === 'ghost',
    identifier: typed?.trim().slice(0, longestIdentifier) ?? nameOf(record, subject),
  }
}

/** As it was typed before, or, when the proof itself says who it is, the account's own. */
function nameOf(record: FlowRecord, subject: Subject): string | undefined {
  if (subject.type === 'ghost' || record.account === subject.account.id) return record.identifier
  return subject.account.username
}

/** Claims the version and the attempt, and only then asks the authenticator. */
export async function judge(
  engine: Engine,
  driven: Driven,
  authenticator: Authenticator,
  params: Params,
  by: { readonly subject: Subject | undefined; readonly from: Visitor },
): Promise<Judged> {
  const { record, client } = driven
  const { subject, from } = by
  const pending = record.pending?.authenticator === authenticator.id ? record.pending : undefined
  const ceremony = ceremonyOf(engine, record, client, driven.subject, from)
  const who = subject && pending?.purpose !== 'enrol' ? whoOf(engine, subject, from) : undefined
  const factors = subject && factorsOf(engine, subject)
  let attempt: ClaimedAttempt | undefined
  try {
    attempt = await claim(engine, record, subject, who)
  } catch (thrown) {
    if (!isFailure(thrown) || thrown.code !== 'flow.wait') throw thrown
    return { record: failedMessage(record, thrown), subject: driven.subject, claimed: false }
  }
  const verdict = await asked(engine, record, attempt, () => {
    const part = pending?.purpose === 'enrol' ? authenticator.enrol : authenticator
    if (!part) throw flowErrors('flow.authenticator_not_offered')
    return part.verify({ ...ceremony, subject, ...(factors ? { factors } : {}) }, params, pending?.state ?? null)
  })

  if (verdict.type === 'again') {
    const { message } = verdict
    return {
      record: {
        ...record,
        pending: pending && { ...pending, ...verdict.started },
        message: message && { type: 'INFO', ...message },
      },
      subject: driven.subject,
      claimed: true,
      attempt,
    }
  }
  if (verdict.type === 'rejected') {
    if (attempt) await engine.attempts.failed(attempt.who, attempt.standing)
    const restarted = pending && verdict.restart ? { ...record, pending: { ...pending, ...verdict.restart } } : record
    return {
      record: failedMessage(restarted, verdict.failure),
      subject: driven.subject,
      claimed: true,
      event: failedEvent(record, authenticator, subject, from),
    }
  }
  const judged = proven(engine, driven, authenticator, verdict, { subject, typed: params.username, attempt })
  const unchanged = factors && pending?.purpose !== 'enrol' && judged.subject === subject
  return unchanged ? { ...judged, factors } : judged
}

function proven(
  engine: Engine,
  { record }: Driven,
  authenticator: Authenticator,
  verdict: Extract<Verdict, { type: 'proven' }>,
  by: {
    readonly subject: Subject | undefined
    readonly typed: string | undefined
    readonly attempt: ClaimedAttempt | undefined
  },
): Judged {
  const subject = verdict.subject ?? by.subject
  if (subject?.type !== 'account') throw new Error(`${authenticator.id} accepted nobody's proof`)
  if (record.account !== undefined && record.account !== subject.account.id) {
    // Only before a first proof may a proof itself say who it is (a discoverable passkey).
    if (record.done.length > 0) throw flowErrors('flow.superseded')
  }
  const factor = { authenticator: authenticator.id, amr: verdict.amr, at: engine.now() }
  const named = about(record, subject, record.account === undefined ? by.typed : undefined)
  const done = [...record.done.filter((one) => one.authenticator !== authenticator.id), factor]
  return {
    record: { ...named, done, pending: undefined },
    subject,
    claimed: true,
    attempt: by.attempt,
  }
}

/** Both or neither: an attempt that has to wait leaves the flow as it was. */
async function claim(
  engine: Engine,
  record: FlowRecord,
  subject: Subject | undefined,
  who: Who | undefined,
): Promise<ClaimedAttempt | undefined> {
  if (record.attempts >= mostAttempts) {
    const over: FlowRecord = { ...record, status: 'failed', pending: undefined, version: record.version + 1 }
    const at = { version: record.version, claimed: false, now: engine.now() }
    await engine.store.unit((unit) => saveFlow(unit, engine, over, at))
    throw flowErrors('flow.too_many_attempts')
  }
  if (who) await engine.attempts.admit(who)
  const account = subject?.type === 'account' ? subject.account.id : undefined
  return engine.store.unit(async (unit) => {
    if (!(await claimAnswer(unit, record, { account, now: engine.now() }))) throw flowErrors('flow.superseded')
    return who && { who, standing: await engine.attempts.claim(unit, who) }
  })
}

/** An answer that could not be judged (too busy) is as if it had not been sent. */
async function asked(
  engine: Engine,
  record: FlowRecord,
  attempt: ClaimedAttempt | undefined,
  ask: () => Promise<Verdict>,
): Promise<Verdict> {
  try {
    return await ask()
  } catch (thrown) {
    await engine.store.unit(async (unit) => {
      await releaseAnswer(unit, record)
      if (attempt) await engine.attempts.giveBack(unit, attempt.who, attempt.standing)
    })
    throw thrown
  }
}

function failedEvent(
  record: FlowRecord,
  authenticator: Authenticator,
  subject: Subject | undefined,
  from: Visitor,
): NewEvent {
  const id = subject?.type === 'account' ? subject.account.id : subject?.id
  return {
    type: 'sign-in.failed',
    org: record.org,
    actor: { type: 'anonymous' },
    ...(id ? { target: id } : {}),
    data: { authenticator: authenticator.id },
    origin: {
      request: from.traceId,
      client: record.request.clientId,
      address: from.address,
      ...(from.userAgent ? { userAgent: from.userAgent } : {}),
    },
  }
}

import { actingUnit } from '../../kernel/events/index.ts'
import type { Unit } from '../../kernel/store/index.ts'
import type { Account } from '../account/index.ts'
import type { Engine } from '../engine.ts'
import type { ProvenFactor, Session } from '../session/index.ts'
import type { Ending, FlowOutcome, Visitor } from './doors.ts'
import { endings } from './doors.ts'
import type { Driven } from './drive.ts'
import { flowErrors } from './errors.ts'
import type { FlowRecord } from './flow.ts'
import type { ClaimedAttempt } from './judge.ts'
import { whoOf } from './situation.ts'
import { saveFlow } from './store.ts'

/** The row a finished flow is claimed at; `undefined` for one that never had to be stored. */
export type StoredAt = { readonly version: number; readonly claimed: boolean } | undefined

interface Finishing {
  readonly from: Visitor | undefined
  readonly stored: StoredAt
  /** The session it builds on, when this very request has found it alive. */
  readonly session?: Session | undefined
  /** The attempt that finished it, when one was judged. */
  readonly attempt?: ClaimedAttempt | undefined
}

/** Ends a flow whose steps are all satisfied: claim, session and code are one unit, so that it happens once or not at all. */
export async function finish(engine: Engine, driven: Driven, finishing: Finishing): Promise<FlowOutcome> {
  const { record, subject, client } = driven
  const hinted = record.request.hintedSubject
  if (subject?.type !== 'account' || (hinted !== undefined && hinted !== subject.account.id)) {
    return refuse(engine, driven, 'access_denied', finishing.stored)
  }
  const { account } = subject
  const before =
    finishing.session ?? (record.session ? await engine.sessions.find(record.org, record.session) : undefined)
  // The proofs of a session that has ended meanwhile are worth nothing.
  if (record.session && !before) throw flowErrors('flow.expired')
  const ending = endingOf(engine, record)
  const { from } = finishing
  const present = before ?? (await presentIn(engine, record, from))
  const origin = {
    request: from?.traceId ?? '',
    client: client.clientId,
    ...(from?.address ? { address: from.address } : {}),
    ...(from?.userAgent ? { userAgent: from.userAgent } : {}),
  }
  // Only a whole sign-in forgets failures and makes a place known: a password alone would clear the way for the second factor.
  const proved = record.done.some((factor) => factor.at >= record.createdAt)
  const proven = from && proved ? whoOf(engine, subject, from) : undefined
  const { attempt } = finishing
  // A proof can be about somebody else than was named before (a discoverable passkey).
  const claimed = attempt?.who.subject === proven?.subject ? attempt : undefined
  // By the name it was claimed by.
  const who = claimed?.who ?? proven
  const standing = who && (claimed?.standing ?? (await engine.attempts.standing(who)))
  const completed: FlowRecord = { ...record, status: 'completed', pending: undefined }
  const remember = record.consent === 'given' ? await ending.consented(engine, completed, account, client) : undefined

  return engine.store.unit(async (raw) => {
    const unit = actingUnit(raw, { type: 'account', id: account.id }, origin)
    await claim(engine, unit, completed, finishing.stored)
    const { session, secret } = await sessionFor(engine, unit, completed, account, present, from)
    await remember?.(unit)
    const answer = await ending.finish(engine, unit, completed, account, session, client)
    if (who && standing) {
      const names = standing.failures ? engine.accounts.nameKeys(account) : []
      const { newPlace } = await engine.attempts.succeeded(unit, who, standing, names)
      if (newPlace) await tellNewPlace(unit, account, session)
    }
    return { type: 'finished', flow: completed, answer, session, sessionSecret: secret }
  })
}

/** Ends a flow that cannot succeed; the client is told by its error. */
export async function refuse(
  engine: Engine,
  { record }: Pick<Driven, 'record'>,
  reason: 'access_denied' | 'unmet_requirements',
  stored: StoredAt,
): Promise<FlowOutcome> {
  const failed: FlowRecord = { ...record, status: 'failed', pending: undefined }
  const answer = endingOf(engine, record).refuse(engine, failed, reason)
  await engine.store.unit((unit) => claim(engine, unit, failed, stored))
  return { type: 'finished', flow: failed, answer, session: undefined, sessionSecret: undefined }
}

function endingOf(engine: Engine, record: FlowRecord): Ending {
  const ending = engine.contributed(endings).get(record.ending)
  if (!ending) throw new Error(`no feature contributes the ending '${record.ending}'`)
  return ending
}

async function claim(engine: Engine, unit: Unit, record: FlowRecord, stored: StoredAt): Promise<void> {
  if (!stored) return
  const claimed = await saveFlow(unit, engine, record, { ...stored, now: engine.now() })
  if (!claimed) throw flowErrors('flow.superseded')
}

/** What another tab has begun meanwhile, or this flow was not to build on: one person has one session in a browser. */
async function presentIn(engine: Engine, record: FlowRecord, from: Visitor | undefined): Promise<Session | undefined> {
  if (record.binding.door !== 'hosted' || from?.session === undefined) return undefined
  const session = await engine.sessions.findBySecret(from.session)
  return session?.org === record.org ? session : undefined
}

/** The session as it was, renewed with what was proven now, or a new one (ASVS 7.2.4: a new secret at every proof). */
async function sessionFor(
  engine: Engine,
  unit: Unit,
  record: FlowRecord,
  account: Account,
  present: Session | undefined,
  from: Visitor | undefined,
): Promise<{ readonly session: Session; readonly secret: string | undefined }> {
  if (present && present.account === account.id) {
    const proven = record.done.filter((factor) => factor.at >= record.createdAt)
    if (proven.length === 0) return { session: present, secret: undefined }
    const renewed = await engine.sessions.renew(unit, record.org, present.id, merge(present.factors, proven))
    if (renewed) return renewed
    if (record.session) throw flowErrors('flow.expired')
  }
  return engine.sessions.create(unit, {
    org: record.org,
    account: account.id,
    startedBy: record.request.clientId,
    factors: record.done,
    userAgent: from?.userAgent,
    address: from?.address,
  })
}

function merge(old: readonly ProvenFactor[], proven: readonly ProvenFactor[]): readonly ProvenFactor[] {
  const names = new Set(proven.map((factor) => factor.authenticator))
  return [...old.filter((factor) => !names.has(factor.authenticator)), ...proven]
}

async function tellNewPlace(unit: Unit, account: Account, session: Session): Promise<void> {
  await unit.emit({
    type: 'account.new_place',
    org: account.org,
    actor: { type: 'account', id: account.id },
    target: account.id,
    session: session.id,
    data: { account: account.id },
  })
}

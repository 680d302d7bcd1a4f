import type { FlowId } from '@cardea/protocol'
import type { Subject } from '../account/index.ts'
import { limitedAddress } from '../attempt/index.ts'
import type { Client } from '../client/index.ts'
import type { Engine } from '../engine.ts'
import type { LiveSession, ProvenFactor, Session } from '../session/index.ts'
import { advance } from './advance.ts'
import type { Ceremony } from './authenticator.ts'
import { authenticators } from './authenticator.ts'
import type { FlowOutcome, FlowStart } from './doors.ts'
import { drive } from './drive.ts'
import { finish, refuse } from './finish.ts'
import type { FlowRecord } from './flow.ts'
import { defaultPolicy } from './policy.ts'
import { situate } from './situation.ts'
import { stepOf } from './step.ts'
import { insertFlow } from './store.ts'

/** From the first page to the last answer. */
const lifetime = 30 * 60 * 1000

/** Starts a flow and takes it as far as the session does. */
export async function startFlow(engine: Engine, start: FlowStart): Promise<FlowOutcome> {
  const made = await newRecord(engine, start)
  const { record, session } = made
  const driven = await drive(engine, record, await situate(engine, record, start.client, made), start.from)
  if (driven.next.type === 'done') return finish(engine, driven, { from: start.from, stored: undefined, session })
  if (driven.next.type === 'refused') return refuse(engine, driven, 'unmet_requirements', undefined)
  const refused = await engine.store.unit(async (unit) => {
    const network = openedFrom(start)
    const limited = network && (await engine.attempts.takeIn(unit, `flow-open ${network}`, opening))
    if (!limited) await insertFlow(unit, engine, driven.record)
    return limited
  })
  if (refused) throw refused
  return { type: 'open', flow: driven.record, retry: false, step: await stepOf(engine, driven) }
}

/** Flows one network may open: many times what people behind one address do, and a bound on the rows a stranger can make. */
const opening = { limit: 1000, seconds: 60 }

/**
 * What a start is counted by: the network of the browser or the public app, also where a backend tells it. A confidential
 * client that tells none answers for what it starts.
 */
function openedFrom({ client, binding, from }: FlowStart): string | undefined {
  if (!from) return undefined
  const speaksForItself = binding.door === 'native' && client.authMethod !== 'none' && !from.reported
  return speaksForItself ? undefined : limitedAddress(from.address)
}

/** Whether the session alone would finish the flow, consent apart (`prompt=none`). */
export async function satisfies(
  engine: Engine,
  start: Pick<FlowStart, 'client' | 'request'> & { readonly session: LiveSession },
): Promise<boolean> {
  const made = await newRecord(engine, {
    ...start,
    kind: 'sign-in',
    ending: 'none',
    binding: { door: 'native', client: start.client.id },
  })
  if (made.record.session === undefined) return false
  const { situation } = await situate(engine, made.record, start.client, made)
  return advance(made.record, situation, engine.contributed(authenticators)).type === 'done'
}

interface New {
  readonly record: FlowRecord
  /** The session it builds on and whose that is, read once for the whole request. */
  readonly session: Session | undefined
  readonly subject?: Subject
  readonly factors?: Ceremony['factors']
}

async function newRecord(engine: Engine, start: FlowStart): Promise<New> {
  const { client, request } = start
  const session = start.session && counts(start.session, client, request) ? start.session : undefined
  const id: FlowId = `flw_${engine.random(32)}`
  const at = engine.now()
  const owner = session?.owner
  const record: FlowRecord = {
    id,
    org: client.org,
    kind: start.kind,
    client: client.id,
    binding: start.binding,
    ending: start.ending,
    request,
    policy: await policyOf(engine, client),
    identifier: owner ? owner.account.username : request.loginHint?.slice(0, 320),
    account: session?.account,
    ghost: false,
    session: session?.id,
    done: session ? factorsThatCount(session, request, at) : [],
    skipped: [],
    pending: undefined,
    message: undefined,
    consent: 'unknown',
    attempts: 0,
    version: 1,
    status: 'open',
    createdAt: at,
    expiresAt: at + lifetime,
  }
  if (!owner) return { record, session }
  const { account, factors } = owner
  return { record, session, subject: { type: 'account', account }, factors: async () => factors }
}

async function policyOf(engine: Engine, client: Client) {
  if (client.signInPolicy) return client.signInPolicy
  return (await engine.organizations.find(client.org))?.signInPolicy ?? defaultPolicy
}

/** OIDC Core §3.1.2.1: another account was asked for, or is meant by the hint. */
function counts(session: Session, client: Client, request: FlowRecord['request']): boolean {
  if (session.org !== client.org || request.prompt.includes('select_account')) return false
  return request.hintedSubject === undefined || request.hintedSubject === session.account
}

/** `prompt=login` wants everything proven again, `max_age` what is older than it. */
function factorsThatCount(session: Session, request: FlowRecord['request'], at: number): readonly ProvenFactor[] {
  if (request.prompt.includes('login')) return []
  const { maxAge } = request
  return maxAge === undefined
    ? session.factors
    : session.factors.filter((factor) => maxAge > 0 && at - factor.at <= maxAge * 1000)
}

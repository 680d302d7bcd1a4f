import type { Account, Subject } from '../account/index.ts'
import type { Who } from '../attempt/index.ts'
import { isKnownDevice } from '../attempt/index.ts'
import type { Client } from '../client/index.ts'
import type { Engine } from '../engine.ts'
import { wantedAcr } from './acr.ts'
import type { Situation } from './advance.ts'
import type { Authenticator, Ceremony } from './authenticator.ts'
import { authenticators } from './authenticator.ts'
import type { Visitor } from './doors.ts'
import type { FlowRecord } from './flow.ts'

/** Everything around a record that its next step depends on. */
export interface Surroundings {
  readonly client: Client
  /** Who the flow is about, once somebody said so. */
  readonly subject: Subject | undefined
  readonly situation: Situation
}

/** Reads what `advance` needs. Ghosts are looked for as accounts are, and nothing about an account is asked before a proof. */
export async function situate(
  engine: Engine,
  record: FlowRecord,
  client: Client,
  known: { readonly subject?: Subject | undefined; readonly factors?: Ceremony['factors'] } = {},
): Promise<Surroundings> {
  const found = known.subject ? undefined : await subjectOf(engine, record)
  const subject = known.subject ?? found
  // Who was given may have enrolled something since they were read.
  const factors = found ? factorsOf(engine, found) : known.factors
  const account = subject?.type === 'account' && record.done.length > 0 ? subject.account : undefined
  const enrolled = account ? await enrolledBy(engine, record, account, factors) : new Set<string>()
  const acr = wantedAcr(record.request)
  const facts = {
    identifier: record.identifier,
    client: { clientId: client.clientId, firstParty: client.firstParty },
    request: { acr_values: acr === undefined ? [] : [acr], scope: record.request.scope },
    account: account && {
      username: account.username,
      email: account.email,
      emailVerified: account.emailVerified,
      attributes: account.attributes,
      enrolled: [...enrolled],
    },
  }
  return { client, subject, situation: { facts, enrolled, now: engine.now() } }
}

/** With what it has enrolled; looked for alike whether the account exists or not. */
async function subjectOf(engine: Engine, record: FlowRecord): Promise<Subject | undefined> {
  if (record.account === undefined) return undefined
  const found = await engine.accounts.findWithFactors(record.org, record.account)
  if (found?.account.status === 'active' && !record.ghost)
    return { type: 'account', ...found, identifier: record.identifier }
  return { type: 'ghost', id: record.account, org: record.org, identifier: record.identifier ?? '', factors: [] }
}

async function enrolledBy(
  engine: Engine,
  record: FlowRecord,
  account: Account,
  read: Ceremony['factors'] = factorsOf(engine, { type: 'account', account }),
): Promise<ReadonlySet<string>> {
  const factors = await read()
  const registry = engine.contributed(authenticators)
  const names = new Set(record.policy.steps.flatMap((step) => step.alternatives))
  const enrolled = new Set<string>()
  for (const name of names) {
    if (await registry.get(name)?.enrolled(engine, account, factors)) enrolled.add(name)
  }
  return enrolled
}

/** The subject's factors: what came with it, else read when first asked for; a ghost's are looked for as well. */
export function factorsOf(engine: Engine, subject: Subject): NonNullable<Ceremony['factors']> {
  let read: Promise<NonNullable<Subject['factors']>> | undefined
  return async () => {
    if (subject.factors) return subject.factors
    read ??=
      subject.type === 'account'
        ? engine.factors.of(subject.account.org, subject.account.id)
        : engine.factors.of(subject.org, subject.id)
    return read
  }
}

/** What an authenticator gets to know of the flow. */
export function ceremonyOf(
  engine: Engine,
  record: FlowRecord,
  client: Client,
  subject: Subject | undefined,
  from?: Visitor,
): Ceremony {
  return {
    engine,
    org: record.org,
    subject,
    who: subject && from && whoOf(engine, subject, from),
    origins: record.binding.door === 'hosted' ? [engine.publicUrl] : appOrigins(client),
    locale: record.request.uiLocales[0] ?? (subject?.type === 'account' ? subject.account.locale : undefined) ?? 'en',
    flow: record.id,
    app: client.name,
    identifier: record.identifier,
    proven: record.done.length > 0,
  }
}

/** Whose attempts they are that a visitor makes. */
export function whoOf(engine: Engine, subject: Subject, from: Pick<Visitor, 'address' | 'device'>): Who {
  const id = subject.type === 'account' ? subject.account.id : subject.id
  return {
    subject: id,
    name: engine.accounts.nameKey(subject),
    address: from.address,
    knownDevice: isKnownDevice(engine, from.device, id),
  }
}

/** Where an app's own pages may be: the origins it registered, and those of its redirect URIs. */
function appOrigins(client: Client): readonly string[] {
  const redirects = client.redirectUris.flatMap((uri) => {
    const url = URL.parse(uri)
    return url && /^https?:$/.test(url.protocol) ? [url.origin] : []
  })
  return [...new Set([...client.origins, ...redirects])]
}

/** An authenticator the preset has. */
export function authenticatorOf(engine: Engine, name: string): Authenticator | undefined {
  return engine.contributed(authenticators).get(name)
}

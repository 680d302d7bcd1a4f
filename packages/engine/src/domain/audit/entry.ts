import { hash } from 'node:crypto'
import type { AccountId, EventId, OrganizationId, SessionId } from '@cardea/protocol'
import { isId } from '@cardea/protocol'
import type { Actor, Event, Json, Origin } from '../../kernel/events/index.ts'

/** One line of an organization's audit trail, chained to the one before it. */
export interface AuditEntry {
  readonly org: OrganizationId
  /** Place in the chain, from 1. */
  readonly sequence: number
  readonly id: EventId
  readonly type: string
  /** When it happened, milliseconds since the epoch. */
  readonly at: number
  readonly actor: Actor
  readonly target: string | undefined
  readonly session: SessionId | undefined
  readonly data: { readonly [key: string]: Json } | undefined
  readonly origin: Origin | undefined
  /** The account it is about: whose it is, who it was done to, or who did it. */
  readonly subject: AccountId | undefined
  /** Hash of the entry before; empty for the first. */
  readonly previous: string
  /** SHA-256, base64url, over `previous` and everything above. */
  readonly hash: string
}

/** An entry as it lies in its table. The JSON texts are hashed as they are stored. */
export interface AuditEntryTable {
  org_id: OrganizationId
  sequence: number
  id: EventId
  type: string
  at: number
  actor_type: Actor['type']
  actor_id: string | null
  target: string | null
  session: SessionId | null
  data: string | null
  origin: string | null
  /** For finding; follows from the others. */
  subject: AccountId | null
  previous: string
  hash: string
}

/** Where a chain stands after an entry; `{ sequence: 0, hash: '' }` before the first. */
export type Place = Pick<AuditEntryTable, 'sequence' | 'hash'>

/** What is wrong with a row as the one that follows `place`. */
export function wrongWith(row: AuditEntryTable, place: Place): 'missing' | 'reordered' | 'changed' | undefined {
  if (row.sequence !== place.sequence + 1) return 'missing'
  if (row.previous !== place.hash) return 'reordered'
  return row.hash === hashOf(row) ? undefined : 'changed'
}

/** The row that continues a chain after `previous`. */
export function chain(event: Event, sequence: number, previous: string): AuditEntryTable {
  const { actor, data, origin } = event
  const row = {
    org_id: event.org,
    sequence,
    id: event.id,
    type: event.type,
    at: event.at,
    actor_type: actor.type,
    actor_id: 'id' in actor ? actor.id : null,
    target: event.target ?? null,
    session: event.session ?? null,
    data: data === undefined ? null : JSON.stringify(data),
    origin: origin === undefined ? null : JSON.stringify(origin),
    subject: subjectOf(event),
    previous,
  }
  return { ...row, hash: hashOf(row) }
}

function subjectOf({ actor, target, data }: Event): AccountId | null {
  const candidates = [data?.account, target, 'id' in actor ? actor.id : undefined]
  return candidates.find((candidate): candidate is AccountId => isId('account', candidate)) ?? null
}

/** What the hash of a row must be; the JSON array keeps every member's limits unambiguous. */
function hashOf(row: Omit<AuditEntryTable, 'hash'>): string {
  const members = [
    row.previous,
    row.org_id,
    row.sequence,
    row.id,
    row.type,
    row.at,
    row.actor_type,
    row.actor_id,
    row.target,
    row.session,
    row.data,
    row.origin,
    row.subject,
  ]
  return hash('sha256', JSON.stringify(members), 'base64url')
}

export function toEntry(row: AuditEntryTable): AuditEntry {
  return {
    org: row.org_id,
    sequence: row.sequence,
    id: row.id,
    type: row.type,
    at: row.at,
    // Written by `chain`: an id is there exactly when the type has one.
    actor: (row.actor_id === null
      ? { type: row.actor_type }
      : { type: row.actor_type, id: row.actor_id }) as AuditEntry['actor'],
    target: row.target ?? undefined,
    session: row.session ?? undefined,
    data: row.data === null ? undefined : JSON.parse(row.data),
    origin: row.origin === null ? undefined : JSON.parse(row.origin),
    subject: row.subject ?? undefined,
    previous: row.previous,
    hash: row.hash,
  }
}

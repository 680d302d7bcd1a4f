import type { AccountId, OrganizationId, SessionId } from '@cardea/protocol'
import type { Event, NewEvent } from '../../kernel/events/index.ts'
import type { Feature } from '../../kernel/feature.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import type { Unit } from '../../kernel/store/index.ts'
import type { Engine } from '../engine.ts'
import type { Page } from '../page.ts'
import { appendIn } from './append.ts'
import type { AuditEntry } from './entry.ts'
import { expire } from './expiry.ts'
import { createLines } from './lines.ts'
import { auditMigrations, listEntries } from './store.ts'
import { createVerification } from './verify.ts'

export type { AuditEntry } from './entry.ts'

export interface AuditQuery {
  readonly limit: number
  /** `sequence` of the last entry of the page before. */
  readonly after?: string | undefined
  readonly type?: string | undefined
  readonly actor?: string | undefined
  readonly target?: string | undefined
  readonly session?: SessionId | undefined
  readonly subject?: AccountId | undefined
  /** One of these. */
  readonly types?: readonly string[] | undefined
  /** Milliseconds since the epoch; `until` is not included. */
  readonly since?: number | undefined
  readonly until?: number | undefined
}

/** Whether a chain is as it was written; else the first entry that is not, and what is wrong with it. */
export type Verification =
  | {
      readonly valid: true
      readonly entries: number
      /** Entries before these, deleted after the retention. */
      readonly removed?: number
    }
  | {
      readonly valid: false
      readonly entries: number
      readonly brokenAt: number
      readonly reason: 'changed' | 'missing' | 'reordered' | 'truncated'
    }

/** The audit trail: every event of an organization, each chained to the one before by its hash. */
export interface Audit {
  /** For the subscriber: chains events that were committed; `tried` when one of them may be chained already, which is left out. */
  readonly append: (unit: Unit, events: readonly Event[], tried: boolean) => Promise<void>
  /** Notes what writes nothing else (client_credentials, introspection): chained within a second, or first if `audit` is `strict`. */
  readonly line: (event: NewEvent) => Promise<void>
  /** Writes the lines that wait. */
  readonly flush: () => Promise<void>
  /** Newest first. */
  readonly list: (org: OrganizationId, query: AuditQuery) => Promise<Page<AuditEntry>>
  /** Once for all callers of this process who ask at the same time. */
  readonly verify: (org: OrganizationId) => Promise<Verification>
  /** Deletes the oldest entries of every chain after the retention, if there is one; what does not verify stays. */
  readonly expire: () => Promise<void>
}

export function createAudit(kernel: Kernel, strict: boolean): Audit {
  const lines = createLines(kernel, strict)
  return {
    append: (unit, events, tried) => appendIn(kernel, unit, events, tried),
    line: lines.add,
    flush: lines.flush,
    list: (org, query) => listEntries(kernel.store, org, query),
    verify: createVerification(kernel),
    expire: () => expire(kernel),
  }
}

export const auditNoun: Feature<Engine> = {
  id: 'audit',
  migrations: auditMigrations,
  jobs: [{ name: 'audit-expiry', everySeconds: 86_400, run: (engine) => engine.audit.expire() }],
  subscribers: [
    {
      name: 'audit',
      types: '*',
      // An audit line is never given up.
      maxAttempts: Number.MAX_SAFE_INTEGER,
      handleInUnit: (engine, unit, events, tried) => engine.audit.append(unit, events, tried),
    },
  ],
}

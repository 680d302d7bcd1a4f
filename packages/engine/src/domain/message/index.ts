import type { OrganizationId } from '@cardea/protocol'
import type { Unit } from '../../kernel/store/index.ts'

/** A message to a person; text and HTML are rendered from `@cardea/locales` by the preset's templates. */
export interface OutgoingMessage {
  readonly org: OrganizationId
  readonly channel: 'email'
  readonly to: string
  /** Template: `email-otp`, `password-changed`, `factor-added`… */
  readonly template: string
  readonly locale: string
  /** May hold secrets (a code): sealed while it waits, deleted when sent. */
  readonly params: Readonly<Record<string, string>>
}

export interface Messages {
  /** Queues in this unit; sent after its commit, at least once, with an idempotency key. */
  readonly queue: (unit: Unit, message: OutgoingMessage) => Promise<void>
}

import type { MessageId, OrganizationId } from '@cardea/protocol'
import type { Feature } from '../../kernel/feature.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import type { Unit } from '../../kernel/store/index.ts'
import { deleteInPortions } from '../../kernel/store/index.ts'
import type { Engine } from '../engine.ts'
import { noticeOf, noticeTypes } from './notice.ts'
import type { Sealed } from './send.ts'
import { sendQueued } from './send.ts'
import { deleteUnsent, insertMessage, messageMigrations } from './store.ts'

const day = 86_400_000

/** A message to a person; text and HTML are rendered from `@cardea/locales` by the preset's templates. */
export interface OutgoingMessage {
  readonly org: OrganizationId
  readonly channel: 'email'
  /** `undefined`: to nobody. The work is the same, nothing is sent (a ghost's code). */
  readonly to: string | undefined
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

export function createMessages({ random, now, seal }: Pick<Kernel, 'random' | 'now' | 'seal'>): Messages {
  return {
    async queue(unit, { org, channel, to, template, locale, params }) {
      const id: MessageId = `msg_${random(16)}`
      const content: Sealed = { ...(to === undefined ? {} : { to }), params }
      const sealed = await seal(JSON.stringify(content), `message ${id}`)
      await insertMessage(unit, { org_id: org, id, channel, template, locale, sealed, created_at: now() })
      await unit.emit({ type: 'message.queued', org, actor: { type: 'system' }, target: id, data: { template } })
    },
  }
}

export const messageNoun: Feature<Engine> = {
  id: 'message',
  migrations: messageMigrations,
  subscribers: [
    { name: 'message-sender', types: ['message.queued'], handle: sendQueued },
    { name: 'message-notices', types: noticeTypes, prepare: noticeOf },
  ],
  jobs: [
    {
      name: 'message-expiry',
      everySeconds: 3600,
      run: ({ store, now, retention }) => {
        const before = now() - retention.eventDays * day
        return deleteInPortions(store, (unit, limit) => deleteUnsent(unit, before, limit))
      },
    },
  ],
}

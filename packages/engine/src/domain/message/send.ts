import { isId } from '@cardea/protocol'
import type { Delivery, Event } from '../../kernel/events/index.ts'
import type { Engine } from '../engine.ts'
import { deleteMessage, findMessage } from './store.ts'

/** What is sealed. `to` is absent in a message to nobody, which costs the same and goes nowhere. */
export interface Sealed {
  readonly to?: string
  readonly params: Readonly<Record<string, string>>
}

/** Sends one queued message and forgets it. Rejects when the transport does, and is asked again. */
export async function sendQueued(engine: Engine, event: Event, delivery: Delivery): Promise<void> {
  const { org, target } = event
  if (!isId('message', target)) return
  const row = await findMessage(engine.store, org, target)
  if (!row) return
  const { to, params }: Sealed = JSON.parse(await engine.open(row.sealed, `message ${row.id}`))
  if (to !== undefined) {
    const organization = (await engine.organizations.find(org)) ?? (await engine.organizations.root())
    const { subject, text, html } = engine.renderMail(row.template, row.locale, params, organization)
    await engine.sendMail({ to, subject, text, html, idempotencyKey: delivery.idempotencyKey })
  }
  await engine.store.unit((unit) => deleteMessage(unit, org, row.id))
}

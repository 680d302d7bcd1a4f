import { isId } from '@cardea/protocol'
import type { Event } from '../../kernel/events/index.ts'
import type { Unit } from '../../kernel/store/index.ts'
import { describeDevice } from '../api/index.ts'
import type { Engine } from '../engine.ts'
import type { OutgoingMessage } from './index.ts'

/** What a person is told about without having asked (ASVS 6.3.5, 6.3.7). */
export const noticeTypes = ['factor.added', 'factor.changed', 'factor.removed', 'account.new_place']

/** The notice of one event, if its account has an address: queued with the event's delivery, so that it is sent once. */
export async function noticeOf(engine: Engine, event: Event): Promise<((unit: Unit) => Promise<void>) | undefined> {
  const id = event.data?.account
  if (!isId('account', id)) return undefined
  // An account that was just made, or is gone, has nobody to be surprised.
  const account = await engine.accounts.find(event.org, id)
  if (!account?.email || !account.emailVerified || event.at - account.createdAt < 60_000) return undefined
  const { to, locale } = { to: account.email, locale: account.locale ?? 'en' }
  return (unit) => engine.messages.queue(unit, { org: event.org, channel: 'email', to, locale, ...wordsFor(event) })
}

function wordsFor({ type, data, origin, at }: Event): Pick<OutgoingMessage, 'template' | 'params'> {
  const factor = String(data?.authenticator ?? '')
  switch (type) {
    case 'factor.added':
      return { template: 'factor-added', params: { factor } }
    case 'factor.removed':
      return { template: 'factor-removed', params: { factor } }
    case 'factor.changed':
      return factor === 'password'
        ? { template: 'password-changed', params: {} }
        : { template: 'factor-added', params: { factor } }
    default: {
      const params = {
        device: inWords(origin?.userAgent),
        address: origin?.address ?? '',
        time: new Date(at).toISOString(),
      }
      return { template: 'new-sign-in', params }
    }
  }
}

function inWords(userAgent: string | undefined): string {
  const { browser, device } = describeDevice(userAgent)
  return browser && device ? `${browser} on ${device}` : (browser ?? device ?? 'a new device')
}

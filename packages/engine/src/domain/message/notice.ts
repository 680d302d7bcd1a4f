import { isId } from '@cardea/protocol'
import type { Event } from '../../kernel/events/index.ts'
import { describeDevice } from '../api/index.ts'
import type { Engine } from '../engine.ts'

/** What a person is told about without having asked (ASVS 6.3.5, 6.3.7). */
export const noticeTypes = ['factor.added', 'factor.changed', 'factor.removed', 'account.new_place']

/** Queues the notice of one event, if its account has an address. */
export async function noticeOf(engine: Engine, event: Event): Promise<void> {
  const id = event.data?.account
  if (!isId('account', id)) return
  // An account that was just made, or is gone, has nobody to be surprised.
  const account = await engine.accounts.find(event.org, id)
  if (!account?.email || !account.emailVerified || event.at - account.createdAt < 60_000) return
  const authenticator = String(event.data?.authenticator ?? '')
  const { to, locale } = { to: account.email, locale: account.locale ?? 'en' }
  const send = (template: string, params: Readonly<Record<string, string>>) =>
    engine.store.unit((unit) =>
      engine.messages.queue(unit, { org: event.org, channel: 'email', to, template, locale, params }),
    )
  switch (event.type) {
    case 'factor.added':
      return send('factor-added', { factor: authenticator })
    case 'factor.removed':
      return send('factor-removed', { factor: authenticator })
    case 'factor.changed':
      return authenticator === 'password'
        ? send('password-changed', {})
        : send('factor-added', { factor: authenticator })
    default:
      return send('new-sign-in', {
        device: inWords(event.origin?.userAgent),
        address: event.origin?.address ?? '',
        time: new Date(event.at).toISOString(),
      })
  }
}

function inWords(userAgent: string | undefined): string {
  const { browser, device } = describeDevice(userAgent)
  return browser && device ? `${browser} on ${device}` : (browser ?? device ?? 'a new device')
}

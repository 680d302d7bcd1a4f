import type { zPasswordChange } from '@cardea/protocol'
import type { z } from 'zod'
import { apiErrors } from '../../domain/api/index.ts'
import type { Ceremony } from '../../domain/flow/index.ts'
import { authenticators } from '../../domain/flow/index.ts'
import type { Call } from '../../kernel/http/call.ts'
import { json } from '../../kernel/http/index.ts'
import type { Self } from './self.ts'

/** ASVS 6.2.3: the current password is needed. Every other session ends (7.4.3); the event sends the notice. */
export async function changePassword({ org, account, session, acting, json: body }: Call & Self): Promise<Response> {
  const { currentPassword, newPassword } = body as z.infer<typeof zPasswordChange>
  const password = acting.contributed(authenticators).get('password')
  if (!password?.provision || !(await password.enrolled(acting, account)))
    throw apiErrors('api.not_found', { kind: 'password' })

  // A stolen token must not become a way to guess the password, from wherever it is used: one counter, of no address.
  const who = { subject: account.id, name: account.id, address: '', knownDevice: true }
  await acting.attempts.admit(who)
  const standing = await acting.store.unit((unit) => acting.attempts.claim(unit, who))
  const subject = { type: 'account', account } as const
  const ceremony: Ceremony = { engine: acting, org, subject, origins: [], locale: account.locale ?? 'en' }
  const verdict = await password.verify(ceremony, { password: currentPassword }, null).catch(async (thrown) => {
    await acting.store.unit((unit) => acting.attempts.giveBack(unit, who, standing))
    throw thrown
  })
  if (verdict.type !== 'proven') {
    await acting.attempts.failed(who, standing)
    throw apiErrors('api.current_password_wrong')
  }
  await acting.store.unit((unit) => acting.attempts.succeeded(unit, who, standing))
  const write = await password.provision(acting, account, newPassword)
  const sessionsEnded = await acting.store.unit(async (unit) => {
    await write?.(unit)
    await acting.grants.revokeAll(unit, org, account.id, session)
    return acting.sessions.endAll(unit, org, account.id, session)
  })
  return json({ sessionsEnded })
}

import { nativeAuthenticators } from '@cardea/protocol'
import { z } from 'zod'
import type { Authenticator, Ceremony, Params, Started, Verdict } from '../../domain/flow/index.ts'
import type { Json } from '../../kernel/events/index.ts'
import type { SentCode } from './code.ts'
import { hashCode, lifetime, mask, mostResends, mostTries, newCode, resendAfter, sameHash } from './code.ts'
import { emailOtpErrors } from './errors.ts'
import { limit } from './limit.ts'

const { wire, i18nKey } = nativeAuthenticators['email-otp']

const field = { param: 'OTPcode', i18nKey: 'email.otp.param', displayName: 'OTP Code', confidential: true, order: 1 }

const zSentCode = z.object({ hash: z.string(), sentAt: z.number(), tries: z.int(), resends: z.int() })

/** A code sent to the account's own, verified address (out-of-band, NIST SP 800-63B-4 §3.1.3). */
export const emailOtp: Authenticator = {
  id: 'email-otp',
  wire: { name: wire, displayName: 'Email OTP', i18nKey },
  proves: 'possession',
  withoutSubject: false,
  starts: true,
  enrolled: async (_engine, account) => account.email !== undefined && account.emailVerified,
  prompt: (ceremony) =>
    ceremony.before === undefined ? send(ceremony, 0) : restart(ceremony, zSentCode.parse(ceremony.before)),
  verify,
  list: async () => [],
  remove: async () => false,
}

/** Makes and queues a code. A ghost's goes to nobody by the same way. */
async function send(ceremony: Ceremony, resends: number): Promise<Started> {
  const { engine, org, subject, flow, app, locale } = ceremony
  const person = subject?.type === 'account' ? subject.account : undefined
  await limit(ceremony)
  const code = newCode()
  const sent: SentCode = { hash: hashCode(engine, flow ?? '', code), sentAt: engine.now(), tries: 0, resends }
  const to = person?.emailVerified ? person.email : undefined
  const params = { code, minutes: String(lifetime / 60_000), ...(app ? { app } : {}) }
  await engine.store.unit((unit) =>
    engine.messages.queue(unit, { org, channel: 'email', to, template: 'email-otp', locale, params }),
  )
  return started(ceremony, sent)
}

function started(ceremony: Ceremony, sent: SentCode): Started {
  const left = (until: number) => String(Math.max(0, Math.ceil((until - ceremony.engine.now()) / 1000)))
  return {
    prompt: {
      type: 'fields',
      fields: [field],
      data: {
        maskedAddress: shownAddress(ceremony),
        expiresIn: left(sent.sentAt + lifetime),
        resendIn: left(sent.sentAt + resendAfter),
      },
    },
    state: { ...sent } satisfies Json,
  }
}

/** Before a proof only what the person typed is shown: the account's address would say that there is one. */
function shownAddress({ subject, proven, identifier }: Ceremony): string {
  if (proven && subject?.type === 'account' && subject.account.email) return mask(subject.account.email)
  return identifier?.includes('@') ? mask(identifier) : '•••'
}

async function verify(ceremony: Ceremony, params: Params, state: Json): Promise<Verdict> {
  const { engine, subject, flow } = ceremony
  const sent = zSentCode.parse(state)
  if (params.resendCode === 'true') return resend(ceremony, sent)
  const fresh = engine.now() - sent.sentAt <= lifetime && sent.tries < mostTries
  if (!fresh) return { type: 'rejected', failure: emailOtpErrors('email_otp.expired') }
  const matches = sameHash(hashCode(engine, flow ?? '', (params.OTPcode ?? '').replace(/\s/g, '')), sent.hash)
  if (matches && subject?.type === 'account' && subject.account.emailVerified) return { type: 'proven', amr: ['otp'] }
  const restart = started(ceremony, { ...sent, tries: sent.tries + 1 })
  return { type: 'rejected', failure: emailOtpErrors('email_otp.rejected'), restart }
}

/** Asking for the option once more is asking for a further code, and gets no more of them. */
async function restart(ceremony: Ceremony, sent: SentCode): Promise<Started> {
  if (ceremony.engine.now() - sent.sentAt < resendAfter) return started(ceremony, sent)
  if (sent.resends >= mostResends) throw emailOtpErrors('email_otp.too_many_resends')
  return send(ceremony, sent.resends + 1)
}

async function resend(ceremony: Ceremony, sent: SentCode): Promise<Verdict> {
  if (sent.resends >= mostResends) {
    return { type: 'rejected', failure: emailOtpErrors('email_otp.too_many_resends') }
  }
  const address = shownAddress(ceremony)
  if (ceremony.engine.now() - sent.sentAt < resendAfter) {
    return { type: 'again', started: started(ceremony, sent), message: { code: 'email_otp.sent', params: { address } } }
  }
  const again = await send(ceremony, sent.resends + 1)
  return { type: 'again', started: again, message: { code: 'email_otp.resent', params: { address } } }
}

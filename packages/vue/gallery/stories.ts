import type { FlowAnswer, NativeStep } from '@cardea/protocol'
import {
  both,
  consent,
  email,
  emailSent,
  identifier,
  many,
  message,
  one,
  passkey,
  passkeyEnrolment,
  passkeyStarted,
  password,
  totp,
  totpEnrolment,
} from './steps.ts'

export interface Story {
  readonly title: string
  /** Absent: the flow is being started and no answer comes. */
  readonly step?: NativeStep
  readonly failed?: Extract<FlowAnswer, { status: 'failed' }>['error']
  /** What the next answer is; without one nothing ever comes and the button stays busy. */
  readonly next?: FlowAnswer
  readonly footer?: boolean
}

const alex = { identifier: 'alex@northwind.test' }
const tara = { identifier: 'tara@northwind.test' }
const ways = [password, passkey, email]
const step = (next: NativeStep, version: number, retry = false): FlowAnswer => ({
  status: 'step',
  retry,
  version,
  step: next,
})
const wrongPassword = many(ways, { ...alex, messages: [message('password.rejected')] })

/** Every step the components can show, in the states a person meets. */
export const stories: Readonly<Record<string, Story>> = {
  identifier: {
    title: 'First step',
    step: many([identifier, passkey]),
    footer: true,
    next: step(many(ways, alex), 2),
  },
  'identifier-wait': {
    title: 'Too many attempts',
    step: many([identifier, passkey], { messages: [message('flow.wait', { seconds: '40' })] }),
  },
  'username-password': {
    title: 'Username and password in one step',
    step: one(both),
    next: step(one(both, { messages: [message('credential.rejected')] }), 2, true),
  },
  password: { title: 'Password', step: many(ways, alex), next: step(wrongPassword, 2, true) },
  'password-wrong': { title: 'Password, wrong once', step: wrongPassword },
  'email-code': {
    title: 'Code by email',
    step: one(emailSent, { ...alex, messages: [] }),
    next: step(
      one(emailSent, { ...alex, messages: [message('email_otp.resent', { address: 'a•••@northwind.test' }, 'INFO')] }),
      2,
    ),
  },
  'email-code-wrong': {
    title: 'Code by email, wrong once',
    step: one(emailSent, { ...alex, messages: [message('email_otp.rejected')] }),
  },
  totp: {
    title: 'Authenticator app',
    step: many([totp, passkey], { ...tara, progress: { step: 3, of: 3 } }),
    next: step(
      many([totp, passkey], { ...tara, progress: { step: 3, of: 3 }, messages: [message('totp.rejected')] }),
      2,
      true,
    ),
  },
  'totp-enrolment': {
    title: 'Authenticator app, set up inside the flow',
    step: one(totpEnrolment, { ...tara, progress: { step: 3, of: 3 } }),
  },
  passkey: { title: 'Passkey', step: one(passkeyStarted, alex) },
  'passkey-rejected': {
    title: 'Passkey, refused',
    step: one(passkeyStarted, { ...alex, messages: [message('passkey.rejected')] }),
  },
  'passkey-enrolment': {
    title: 'Passkey, added inside the flow',
    step: one(passkeyEnrolment, { identifier: 'pat@northwind.test', progress: { step: 3, of: 3 } }),
  },
  choose: { title: 'Choice of ways', step: many([passkey, email], alex), next: step(one(emailSent, alex), 2) },
  consent: { title: 'Consent', step: consent },
  failed: {
    title: 'The flow is over',
    failed: { code: 'ABA-60008', reason: 'flow.expired', description: '', traceId: '4bf92f3577b34da6' },
  },
  loading: { title: 'Loading, after 300 ms' },
}

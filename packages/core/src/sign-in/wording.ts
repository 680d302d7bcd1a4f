import type { NativeAuthenticator } from '@cardea/protocol'
import type { Message } from '../text.ts'
import { plain } from '../text.ts'
import { asksWho, dataOf, knownAs } from './options.ts'
import type { ActionView, StepKind } from './view-types.ts'

const enrols = (option: NativeAuthenticator): boolean => dataOf(option).enrolment === 'true'

/** Which of the step components draws an option. */
export function kindOf(option: NativeAuthenticator | undefined): StepKind {
  if (!option) return 'choose'
  switch (knownAs(option)) {
    case 'identifier':
      return 'identifier'
    case 'password':
      return 'password'
    case 'passkey':
      return enrols(option) ? 'enrol-passkey' : 'passkey'
    case 'totp':
      return enrols(option) ? 'enrol-totp' : 'code'
    case 'email-otp':
      // As first factor it may still ask who it is.
      return asksWho(option) ? 'identifier' : 'code'
    default:
      return 'fields'
  }
}

interface Words {
  readonly heading: Message
  readonly subheading?: Message
  readonly primary: Message
}

const signIn = (appName: string | undefined): Pick<Words, 'heading' | 'subheading'> => ({
  heading: plain('signIn.heading'),
  ...(appName && { subheading: { key: 'signIn.continueTo', params: { app: appName } } }),
})

const forCode = (option: NativeAuthenticator): Words => {
  const address = dataOf(option).maskedAddress
  const primary = plain('continue')
  if (knownAs(option) === 'totp') {
    return { heading: plain('totp.heading'), subheading: plain('totp.subheading'), primary }
  }
  return {
    heading: plain('email.heading'),
    ...(address && { subheading: { key: 'email.subheading', params: { address } } }),
    primary,
  }
}

const forPassword = (option: NativeAuthenticator, appName: string | undefined): Words => {
  const primary = plain('password.submit')
  return asksWho(option) ? { ...signIn(appName), primary } : { heading: plain('password.heading'), primary }
}

const ofOwn = (step: 'passkey' | 'enrol.totp' | 'enrol.passkey'): Words => ({
  heading: plain(`${step}.heading`),
  subheading: plain(`${step}.subheading`),
  primary: plain(`${step}.submit`),
})

/** Heading, line below it, and the primary button of a step. */
export function wordsOf(option: NativeAuthenticator, kind: StepKind, appName: string | undefined): Words {
  switch (kind) {
    case 'identifier':
      return { ...signIn(appName), primary: plain('continue') }
    case 'password':
      return forPassword(option, appName)
    case 'code':
      return forCode(option)
    case 'passkey':
      return ofOwn('passkey')
    case 'enrol-totp':
      return ofOwn('enrol.totp')
    case 'enrol-passkey':
      return ofOwn('enrol.passkey')
    default:
      return {
        heading: { key: 'fields.heading', params: { name: option.authenticator } },
        primary: plain('continue'),
      }
  }
}

export function wordsOfChoice(
  options: readonly NativeAuthenticator[],
  identified: boolean,
): Pick<Words, 'heading' | 'subheading'> {
  if (options.some(enrols)) {
    return { heading: plain('choose.enrol.heading'), subheading: plain('choose.enrol.subheading') }
  }
  return identified
    ? { heading: plain('choose.heading'), subheading: plain('choose.subheading') }
    : { heading: plain('signIn.heading') }
}

const icons = {
  identifier: 'person',
  password: 'password',
  passkey: 'passkey',
  totp: 'app',
  'email-otp': 'email',
} as const

/** What the button of an option says. */
export function optionLabel(option: NativeAuthenticator): Pick<ActionView, 'label' | 'icon'> {
  const known = knownAs(option)
  if (!known) return { label: { key: 'option.other', params: { name: option.authenticator } }, icon: 'external' }
  const label =
    enrols(option) && (known === 'passkey' || known === 'totp')
      ? plain(`enrol.${known}.heading`)
      : plain(`option.${known}`)
  return { label, icon: icons[known] }
}

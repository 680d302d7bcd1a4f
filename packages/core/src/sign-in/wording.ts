import type { NativeAuthenticator } from '@cardea/protocol'
import type { Message } from '../text.ts'
import { plain } from '../text.ts'
import { dataOf, knownAs, paramsOf } from './options.ts'
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
      return paramsOf(option).some(({ param }) => param === 'username') ? 'identifier' : 'code'
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
  const asksWho = paramsOf(option).some(({ param }) => param === 'username')
  const primary = plain('password.submit')
  return asksWho ? { ...signIn(appName), primary } : { heading: plain('password.heading'), primary }
}

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
      return {
        heading: plain('passkey.heading'),
        subheading: plain('passkey.subheading'),
        primary: plain('passkey.submit'),
      }
    case 'enrol-totp':
      return {
        heading: plain('enrol.totp.heading'),
        subheading: plain('enrol.totp.subheading'),
        primary: plain('enrol.totp.submit'),
      }
    case 'enrol-passkey':
      return {
        heading: plain('enrol.passkey.heading'),
        subheading: plain('enrol.passkey.subheading'),
        primary: plain('enrol.passkey.submit'),
      }
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

/** What the button of an option says. */
export function optionLabel(option: NativeAuthenticator): Pick<ActionView, 'label' | 'icon'> {
  switch (knownAs(option)) {
    case 'identifier':
      return { label: plain('option.identifier'), icon: 'person' }
    case 'password':
      return { label: plain('option.password'), icon: 'password' }
    case 'passkey':
      return { label: plain(enrols(option) ? 'enrol.passkey.heading' : 'option.passkey'), icon: 'passkey' }
    case 'totp':
      return { label: plain(enrols(option) ? 'enrol.totp.heading' : 'option.totp'), icon: 'app' }
    case 'email-otp':
      return { label: plain('option.email'), icon: 'email' }
    default:
      return { label: { key: 'option.other', params: { name: option.authenticator } }, icon: 'external' }
  }
}

type None = Record<never, never>

/** Every text the components show, and the parameters it needs. */
export interface ComponentParams {
  'signIn.heading': None
  'signIn.continueTo': { app: string }
  'signIn.loading': None
  'signIn.hosted': None
  'signIn.checking': None
  'signIn.or': None
  'signIn.otherWays': None
  'signIn.startAgain': None
  'signIn.failed': None
  'signIn.reference': { id: string }
  'signIn.progress': { step: number; of: number }
  'signIn.done': None
  'identifier.label': None
  'identifier.signedInAs': { identifier: string }
  'identifier.change': None
  'password.heading': None
  'password.label': None
  'password.submit': None
  'password.show': None
  'password.hide': None
  'code.label': None
  'code.labelApp': None
  'totp.heading': None
  'totp.subheading': None
  'email.heading': None
  'email.subheading': { address: string }
  'email.resend': None
  'email.resendIn': { seconds: number }
  'passkey.heading': None
  'passkey.subheading': None
  'passkey.submit': None
  'passkey.waiting': None
  'passkey.unsupported': None
  'passkey.scriptless': None
  'enrol.totp.heading': None
  'enrol.totp.subheading': None
  'enrol.totp.scan': None
  'enrol.totp.qr': None
  'enrol.totp.key': None
  'enrol.totp.submit': None
  'enrol.passkey.heading': None
  'enrol.passkey.subheading': None
  'enrol.passkey.submit': None
  'enrol.skip': None
  'copy.key': None
  'copy.done': None
  'choose.heading': None
  'choose.subheading': None
  'choose.enrol.heading': None
  'choose.enrol.subheading': None
  'fields.heading': { name: string }
  'fields.label': { name: string }
  'option.identifier': None
  'option.password': None
  'option.passkey': None
  'option.totp': None
  'option.email-otp': None
  'option.other': { name: string }
  continue: None
  'consent.heading': { app: string }
  'consent.will': { app: string }
  'consent.openid': None
  'consent.profile': None
  'consent.email': None
  'consent.address': None
  'consent.phone': None
  'consent.offline_access': None
  'consent.api': { api: string }
  'consent.redirect': { host: string }
  'consent.terms': None
  'consent.privacy': None
  'consent.allow': None
  'consent.deny': None
  'error.unexpected': None
  'error.network': None
  'error.several': { count: number }
  'user.menu': { name: string }
  'user.account': None
  'user.signOut': None
  'callback.waiting': None
}

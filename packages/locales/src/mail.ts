/** What a mail says; how it looks is the sender's. */
export interface MailText {
  readonly subject: string
  readonly heading: string
  readonly paragraphs: readonly string[]
  /** Shown large, to be read out or copied. */
  readonly code?: string
  /** What to do if it was not the reader. */
  readonly note?: string
}

/** What each mail needs to know. */
export interface MailParams {
  'email-otp': { code: string; minutes: string; organization: string }
  'password-changed': { organization: string }
  'factor-added': { factor: string; organization: string }
  'factor-removed': { factor: string; organization: string }
  'new-sign-in': { device: string; address: string; organization: string }
}

export type MailTemplate = keyof MailParams
export type MailCatalogue = { readonly [T in MailTemplate]: (params: MailParams[T]) => MailText }

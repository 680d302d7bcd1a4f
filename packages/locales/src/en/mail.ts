import type { MailCatalogue } from '../mail.ts'

const factors: Readonly<Record<string, string>> = {
  password: 'password',
  totp: 'authenticator app',
  passkey: 'passkey',
  'email-otp': 'e-mail code',
}
const factorName = (factor: string): string => factors[factor] ?? factor

const notYou =
  'If this wasn’t you, sign in, change your password, and end the sessions you don’t recognise. Then tell your administrator.'

/** Mails to people: what happened, and what to do if it was not them. */
export const mail: MailCatalogue = {
  'email-otp': ({ code, minutes, organization }) => ({
    subject: `${code} is your ${organization} sign-in code`,
    heading: 'Your sign-in code',
    paragraphs: [`Enter this code where you’re signing in. It works once and expires in ${minutes} minutes.`],
    code,
    note: 'If you didn’t try to sign in, ignore this mail. Never tell the code to anybody, not even to us.',
  }),
  'password-changed': ({ organization }) => ({
    subject: `Your ${organization} password was changed`,
    heading: 'Your password was changed',
    paragraphs: ['All your other sessions were signed out.'],
    note: notYou,
  }),
  'factor-added': ({ factor, organization }) => ({
    subject: `A way to sign in was added to your ${organization} account`,
    heading: `Added: ${factorName(factor)}`,
    paragraphs: [`Your account can now be signed in to with this ${factorName(factor)}.`],
    note: notYou,
  }),
  'factor-removed': ({ factor, organization }) => ({
    subject: `A way to sign in was removed from your ${organization} account`,
    heading: `Removed: ${factorName(factor)}`,
    paragraphs: [`Your account can no longer be signed in to with this ${factorName(factor)}.`],
    note: notYou,
  }),
  'new-sign-in': ({ device, address, organization }) => ({
    subject: `New sign-in to your ${organization} account`,
    heading: 'New sign-in',
    paragraphs: [`Somebody signed in with ${device} from ${address}.`],
    note: notYou,
  }),
}

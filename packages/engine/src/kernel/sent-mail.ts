import type { Kernel, Mail } from './kernel.ts'

/** A mail that this process has sent. */
export interface SentMail extends Mail {
  /** Milliseconds since the epoch. */
  readonly at: number
}

const kept = 200

/** In development the last mails are kept for the inbox; elsewhere nothing is. */
export function keepSentMail(
  sendMail: Kernel['sendMail'],
  development: boolean,
  now: () => number,
): Pick<Kernel, 'sendMail' | 'sentMail'> {
  if (!development) return { sendMail, sentMail: () => [] }
  const mails: SentMail[] = []
  return {
    sentMail: () => mails,
    sendMail: async (mail) => {
      await sendMail(mail)
      // A repeated try of the same message is the same mail.
      if (mails.some((one) => one.idempotencyKey === mail.idempotencyKey)) return
      mails.unshift({ ...mail, at: now() })
      mails.splice(kept)
    },
  }
}

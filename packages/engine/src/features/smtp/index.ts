import { createTransport } from 'nodemailer'
import type { Mail } from '../../kernel/kernel.ts'

export interface SmtpOptions {
  /** `smtp://user:password@host:587` (STARTTLS when offered) or `smtps://host:465`. */
  readonly url: string
  /** `Northwind <no-reply@northwind.example>`. */
  readonly from: string
}

/** Sends mail over SMTP. Rejects when the server does not take it; the message then waits and is tried again. */
export function createSmtp(options: SmtpOptions): { sendMail: (mail: Mail) => Promise<void>; close: () => void } {
  const transport = createTransport({
    url: options.url,
    pool: true,
    maxConnections: 4,
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: 20_000,
  })
  return {
    sendMail: async (mail) => {
      await transport.sendMail({
        from: options.from,
        to: { name: '', address: mail.to },
        subject: mail.subject,
        text: mail.text,
        html: mail.html,
        // The same id for every try: a server or mailbox that saw the message already can drop the second one.
        messageId: `<${mail.idempotencyKey}@${senderDomain(options.from)}>`,
        // RFC 3834 §5: nobody's holiday answer should come back to a machine.
        headers: { 'Auto-Submitted': 'auto-generated' },
      })
    },
    close: () => transport.close(),
  }
}

function senderDomain(from: string): string {
  return /@([^>\s]+)/.exec(from)?.[1] ?? 'localhost'
}

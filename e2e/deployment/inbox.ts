import { setTimeout as wait } from 'node:timers/promises'

interface Inbox {
  readonly mails: readonly { readonly to: string; readonly subject: string; readonly text: string }[]
}

/** Newest first. */
async function mailsTo(server: string, address: string): Promise<Inbox['mails']> {
  const response = await fetch(`${server}/dev/inbox.json?to=${encodeURIComponent(address)}`)
  return ((await response.json()) as Inbox).mails
}

/** The six digits of the newest mail to somebody, as soon as one is there. */
export async function mailedCode(server: string, address: string): Promise<string> {
  for (let tries = 0; tries < 200; tries += 1) {
    const [newest] = await mailsTo(server, address)
    const code = /\b\d{6}\b/.exec(newest?.text ?? '')?.[0]
    if (code) return code
    await wait(50)
  }
  throw new Error(`no code was mailed to ${address}`)
}

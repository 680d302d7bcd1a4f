import { accountView, time } from '../../domain/api/index.ts'
import type { Engine } from '../../domain/engine.ts'
import { authenticators } from '../../domain/flow/index.ts'
import type { Call } from '../../kernel/http/index.ts'
import { json } from '../../kernel/http/index.ts'
import { inboxPage } from './page.ts'

/** What the inbox shows, as JSON too. */
export interface Inbox {
  /** Newest first. */
  readonly mails: readonly {
    readonly to: string
    readonly subject: string
    readonly text: string
    readonly html: string
    readonly at: string
  }[]
  /** One-time codes that would be accepted now. */
  readonly codes: readonly {
    readonly username: string
    readonly email: string | undefined
    readonly authenticator: string
    readonly code: string
  }[]
}

/** `?to=` keeps one person's; a browser gets the page, everybody else JSON. */
export async function showInbox(call: Call, engine: Engine): Promise<Response> {
  const to = call.query.get('to')?.trim().toLowerCase() ?? ''
  const inbox = await readInbox(engine, to)
  const wantsPage = call.headers.get('accept')?.includes('text/html') && !call.path.endsWith('.json')
  return wantsPage ? inboxPage(engine, inbox, to) : json(inbox)
}

async function readInbox(engine: Engine, to: string): Promise<Inbox> {
  const matches = (...texts: readonly (string | undefined)[]) => texts.some((text) => text?.toLowerCase().includes(to))
  const mails = engine.sentMail().filter((mail) => matches(mail.to))
  const codes = await currentCodes(engine)
  return {
    mails: mails.map((mail) => ({
      to: mail.to,
      subject: mail.subject,
      text: mail.text,
      html: mail.html,
      at: time(mail.at),
    })),
    codes: codes.filter(({ username, email }) => matches(username, email)),
  }
}

/** Of the first hundred accounts of the root and of each organization below it. */
async function currentCodes(engine: Engine): Promise<Inbox['codes']> {
  const revealing = [...engine.contributed(authenticators).values()].flatMap(({ id, developmentCode }) =>
    developmentCode ? [{ id, developmentCode }] : [],
  )
  const root = await engine.organizations.root()
  const below = await engine.organizations.list(root.id, { limit: 100 })
  const codes: Inbox['codes'][number][] = []
  for (const organization of [root, ...below.items]) {
    const accounts = await engine.accounts.list(organization.id, { limit: 100 })
    for (const account of accounts.items) {
      const { username, email } = accountView(account)
      for (const { id, developmentCode } of revealing) {
        const code = await developmentCode(engine, account)
        if (code !== undefined) codes.push({ username, email, authenticator: id, code })
      }
    }
  }
  return codes
}

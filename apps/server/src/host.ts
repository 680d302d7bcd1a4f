import type { CardeaEngine, Connection, EngineOptions, Log } from '@cardea/engine'
import { createEngine, createLog, defaultFeatures, isOwnHost } from '@cardea/engine'
import { bffSessions } from '@cardea/engine/bff-sessions'
import { createSmtp } from '@cardea/engine/smtp'
import { renderPage } from '@cardea/portal/server'
import type { CardeaConfig } from '@cardea/protocol'
import { createAccount } from './account/account.ts'
import { accountPath, derived, withAccountApp } from './account/app.ts'
import { loadConfiguration } from './settings/configuration.ts'
import { masterKey } from './settings/key.ts'
import type { Settings } from './settings/settings.ts'
import { startPage } from './start-page.ts'

/** Everything behind the port but built files. */
export interface Host {
  readonly fetch: (request: Request, connection: Required<Connection>) => Promise<Response>
  /** An answer that the engine has not made, under the policy that all of the engine's have. */
  readonly secured: (response: Response) => Response
  readonly log: Log
  readonly close: () => Promise<void>
}

/** Reads the configuration, opens the database and puts engine, hosted pages and account page together. */
export async function openHost(settings: Settings, folder: string): Promise<Host> {
  const { publicUrl, development, database } = settings
  const configuration = await loadConfiguration(settings.config, folder)
  const key = masterKey(settings)
  const clientSecret = derived(key, 'portal client')
  const mail = mailOf(settings)
  const cardea = await createEngine({
    publicUrl,
    accountUrl: `${publicUrl}${accountPath}`,
    key,
    development,
    database: database.url,
    configuration: withAccountApp(configuration, publicUrl, clientSecret),
    outboundAllow: [...settings.outboundAllow, publicUrl, ...(development ? loopbackOrigins(configuration) : [])],
    audit: settings.audit,
    retention: { eventDays: settings.eventDays, auditDays: settings.auditDays },
    log: createLog((line) => process.stderr.write(`${line}\n`), settings.logLevel),
    sendMail: mail.send,
    pages: renderPage,
    features: [...defaultFeatures, bffSessions],
  })
  const isSecure = publicUrl.startsWith('https:')
  const account = createAccount({ cardea, publicUrl, key, clientSecret })

  return {
    log: cardea.engine.log,
    fetch: async (request, connection) => {
      const [path = '/'] = connection.target.split('?', 1)
      if (account.handles(path)) return secured(await account.fetch(request, path, connection.address))
      if (path === '/' && request.method === 'GET') return secured(await front(request, cardea))
      if (path === '/favicon.ico') return secured(redirect('/_portal/icon-1.svg'))
      return cardea.fetch(request, connection)
    },
    secured,
    close: async () => {
      await cardea.close()
      mail.close()
    },
  }

  function secured(response: Response): Response {
    if (isSecure) response.headers.set('strict-transport-security', 'max-age=31536000')
    return response
  }

  async function front(request: Request, { engine }: CardeaEngine): Promise<Response> {
    // It shows passwords of the demo: only to names that nobody else can make (DNS rebinding).
    if (development && isOwnHost(publicUrl, request))
      return startPage(configuration, await engine.organizations.root(), database.kind)
    return redirect(accountPath)
  }
}

/** In development the declared apps run on this machine; what they declare may be called there. */
function loopbackOrigins({ apps = [] }: CardeaConfig): string[] {
  const urls = apps.flatMap(({ backchannelLogoutUri, jwksUri }) => [backchannelLogoutUri, jwksUri])
  return urls.flatMap((url) => {
    const { protocol, hostname, origin } = new URL(url ?? 'about:blank')
    return protocol === 'http:' && /^(localhost|127\.\d+\.\d+\.\d+|\[::1\]|.+\.localhost)$/.test(hostname)
      ? [origin]
      : []
  })
}

/** SMTP; in development without it, mail is only shown in the inbox. */
function mailOf(settings: Settings): { send: EngineOptions['sendMail']; close: () => void } {
  const { smtpUrl, mailFrom = `no-reply@${new URL(settings.publicUrl).hostname}`, development } = settings
  if (smtpUrl) {
    const smtp = createSmtp({ url: smtpUrl, from: mailFrom })
    return { send: smtp.sendMail, close: smtp.close }
  }
  const send = async () => {
    if (!development) throw new Error('CARDEA_SMTP_URL is not set: mail cannot be sent')
  }
  return { send, close: () => {} }
}

function redirect(location: string): Response {
  return new Response(null, { status: 303, headers: { location } })
}

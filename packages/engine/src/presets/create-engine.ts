import { errors as english } from '@cardea/locales/en/errors'
import type { OrganizationId } from '@cardea/protocol'
import { accountNoun, createAccounts } from '../domain/account/index.ts'
import { attemptNoun, createAttempts } from '../domain/attempt/index.ts'
import { auditNoun, createAudit } from '../domain/audit/index.ts'
import { clientNoun, createClients } from '../domain/client/index.ts'
import type { Engine } from '../domain/engine.ts'
import { createFactors, factorNoun } from '../domain/factor/index.ts'
import { createFlows, flowNoun } from '../domain/flow/index.ts'
import { createGrants, grantNoun } from '../domain/grant/index.ts'
import { createKeys, keyNoun } from '../domain/key/index.ts'
import { createMessages, messageNoun } from '../domain/message/index.ts'
import { createOrganizations, organizationNoun } from '../domain/organization/index.ts'
import { createPasswords } from '../domain/password/index.ts'
import { createResources, resourceNoun } from '../domain/resource/index.ts'
import { createSessions, sessionNoun } from '../domain/session/index.ts'
import { createTokens, tokenNoun } from '../domain/token/index.ts'
import { applyConfiguration } from '../features/configuration/index.ts'
import { createDispatcher, eventExpiry } from '../kernel/events/index.ts'
import type { Feature } from '../kernel/feature.ts'
import type { Connection } from '../kernel/http/index.ts'
import { createHandler } from '../kernel/http/index.ts'
import { jobMigrations, startJobs } from '../kernel/jobs.ts'
import type { Kernel } from '../kernel/kernel.ts'
import { createLog } from '../kernel/log.ts'
import { createMetrics } from '../kernel/metrics.ts'
import { createOutbound } from '../kernel/outbound.ts'
import { createRandom } from '../kernel/random.ts'
import type { RouteDescription } from '../kernel/route.ts'
import { createSealing } from '../kernel/seal.ts'
import { keepSentMail } from '../kernel/sent-mail.ts'
import { gather } from '../kernel/slot.ts'
import { openStore } from '../kernel/store/index.ts'
import { defaultFeatures } from './default.ts'
import { renderMail } from './mail.ts'
import type { EngineOptions } from './options.ts'
import { plainPages } from './plain-pages.ts'

/** A running identity provider. */
export interface CardeaEngine {
  /** Answers any request; never rejects. `connection.address` is the peer's (or, behind a trusted proxy, the browser's) IP. */
  readonly fetch: (request: Request, connection?: Connection) => Promise<Response>
  /** Every route as data, in the order of the features. */
  readonly describe: () => RouteDescription[]
  /** Finishes what is being delivered and closes the database. */
  readonly close: () => Promise<void>
  /** For hosts and tests that work beside the HTTP surface: configuration, measurements. */
  readonly engine: Engine
}

const nouns: readonly Feature<Engine>[] = [
  { id: 'event', jobs: [eventExpiry] },
  organizationNoun,
  keyNoun,
  clientNoun,
  accountNoun,
  factorNoun,
  sessionNoun,
  tokenNoun,
  grantNoun,
  attemptNoun,
  messageNoun,
  flowNoun,
  resourceNoun,
  auditNoun,
]

/** Far above what an administrator's script or a page asks for, and below what one process can answer. */
const apiRates: Kernel['apiRates'] = {
  client: { burst: 6000, perSecond: 200 },
  person: { burst: 600, perSecond: 20 },
}

/** Opens the database, applies the configuration and gives the handler. Rejects with a message for the operator when something is wrong. */
export async function createEngine(options: EngineOptions): Promise<CardeaEngine> {
  const publicUrl = checkPublicUrl(options.publicUrl)
  const features = [...nouns, ...(options.features ?? defaultFeatures)]
  const subscribers = features.flatMap((feature) => feature.subscribers ?? [])
  const now = options.now ?? Date.now
  const log = options.log ?? createLog((line) => process.stderr.write(`${line}\n`))
  const store = await openStore({
    url: options.database,
    now,
    log,
    migrations: [...jobMigrations, ...features.flatMap((feature) => feature.migrations ?? [])],
    subscribers,
  })
  const metrics = createMetrics()
  const outbound = createOutbound(options.outboundAllow ?? [])
  const kernel: Kernel = {
    ...createSealing(options.key),
    publicUrl,
    accountUrl: options.accountUrl,
    store,
    now,
    retention: { eventDays: options.retention?.eventDays ?? 30, auditDays: options.retention?.auditDays },
    apiRates: { ...apiRates, ...options.apiRates },
    log,
    random: options.random ?? createRandom(),
    fetch: options.fetch ?? outbound.fetch,
    mayFetch: outbound.mayFetch,
    ...keepSentMail(options.sendMail, options.development ?? false, now),
    renderMail,
    pages: options.pages ?? plainPages,
    frame: (call, org) => frame(engine, call, org),
    text,
    passkeyRpId: options.passkeyRpId ?? new URL(publicUrl).hostname,
    development: options.development ?? false,
    routes: () => describe(),
    metrics,
    contributed: gather(features.flatMap((feature) => feature.contributes ?? [])),
  }
  const engine = assemble(kernel, options)
  const { handle, describe } = createHandler(features, engine, {
    verify: engine.tokens.verify,
    allowsOrigin: engine.clients.allowsOrigin,
    observe: metrics.observe,
  })
  const dispatcher = createDispatcher({ store, subscribers, engine, now, log })
  const close = async () => {
    await dispatcher.close()
    await engine.audit.flush()
    await store.close()
  }
  try {
    await engine.organizations.root()
    await engine.keys.check()
    if (options.configuration) await applyConfiguration(engine, options.configuration)
  } catch (error) {
    // What it says about the start matters more than what closing says.
    await close().catch(() => undefined)
    throw error
  }
  const stopJobs = startJobs(features, engine)
  return {
    engine,
    fetch: handle,
    describe,
    close: async () => {
      await stopJobs()
      await close()
    },
  }
}

/** Nouns keep the record and look their siblings up in it when a verb runs, so their order does not matter. */
function assemble(kernel: Kernel, options: EngineOptions): Engine {
  const engine = { ...kernel } as Engine
  return Object.assign(engine, {
    organizations: createOrganizations(engine),
    keys: createKeys(engine),
    clients: createClients(engine),
    accounts: createAccounts(engine),
    factors: createFactors(engine),
    passwords: createPasswords(),
    sessions: createSessions(engine),
    tokens: createTokens(engine),
    grants: createGrants(engine),
    attempts: createAttempts(engine),
    messages: createMessages(engine),
    flows: createFlows(engine),
    resources: createResources(engine),
    audit: createAudit(engine, options.audit === 'strict'),
  })
}

/** Passkeys refuse IP hosts and browsers plain http elsewhere, so a wrong URL would only fail later and less clearly. */
function checkPublicUrl(text: string): string {
  const url = URL.parse(text)
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:'))
    throw new Error(`publicUrl: '${text}' is not an http(s) URL`)
  if (url.protocol === 'http:' && url.hostname !== 'localhost' && !url.hostname.endsWith('.localhost')) {
    throw new Error(`publicUrl: '${text}' must be https (plain http is for http://localhost)`)
  }
  if (url.pathname !== '/' || url.search || url.hash)
    throw new Error(`publicUrl: '${text}' must be an origin without a path`)
  return url.origin
}

async function frame(
  engine: Engine,
  call: { readonly headers: Headers; readonly path: string },
  org: OrganizationId | undefined,
) {
  const organization = (org && (await engine.organizations.find(org))) ?? (await engine.organizations.root())
  const { id, handle, name, branding } = organization
  return { locale: 'en', url: call.path, organization: { id, handle, name, ...(branding ? { branding } : {}) } }
}

const text: Kernel['text'] = (code, params) => {
  const message: string | ((params: never) => string) = english[code]
  return typeof message === 'string' ? message : message(params as never)
}

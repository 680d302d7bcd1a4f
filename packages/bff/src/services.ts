import type { BffOptions, Settings } from './options.ts'
import { settingsOf } from './options.ts'
import type { Provider } from './provider.ts'
import { createProvider } from './provider.ts'
import type { Seals } from './seal.ts'
import { createSeals } from './seal.ts'
import type { KeepFresh } from './session/freshness.ts'
import { createKeepFresh } from './session/freshness.ts'
import type { Sessions } from './session/sessions.ts'
import { createSessions } from './session/sessions.ts'
import type { KeptFlows } from './sign-in/kept-flow.ts'
import { createKeptFlows } from './sign-in/kept-flow.ts'
import type { LogoutKeys } from './sign-out/back-channel.ts'
import { createLogoutKeys } from './sign-out/back-channel.ts'

/** What one BFF is made of; every route gets it. */
export interface Services {
  readonly settings: Settings
  readonly provider: Provider
  readonly seals: Seals
  readonly sessions: Sessions
  readonly keepFresh: KeepFresh
  readonly flows: KeptFlows
  readonly logoutKeys: LogoutKeys
}

export function createServices(options: BffOptions): Services {
  const settings = settingsOf(options)
  const provider = createProvider(settings)
  const seals = createSeals(settings.secrets, settings.clientId, settings.now)
  const sessions = createSessions(settings, seals)
  return {
    settings,
    provider,
    seals,
    sessions,
    keepFresh: createKeepFresh(settings, provider, sessions),
    flows: createKeptFlows(settings, seals),
    logoutKeys: createLogoutKeys(settings.fetch),
  }
}

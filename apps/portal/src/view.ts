import type {
  ApiActivity,
  ApiConnectedApp,
  ApiFactor,
  ApiMe,
  ApiMySession,
  BffSession,
  Branding,
  PageView,
} from '@cardea/protocol'

/** What the account page shows first; it reads changes from the same API afterwards. */
export interface AccountData {
  me: ApiMe
  sessions: ApiMySession[]
  factors: { items: ApiFactor[]; enrollable: string[] }
  apps: ApiConnectedApp[]
  activity: { items: ApiActivity[]; next?: string | undefined }
}

interface Frame {
  locale: string
  nonce: string
  organization: { name: string; branding?: Branding }
}

export interface AccountView extends Frame {
  page: 'account'
  session: BffSession
  data: AccountData
  /** Milliseconds since the epoch when the page was made: both sides say “2 minutes ago” of the same moment. */
  now: number
}

export interface StartView extends Frame {
  page: 'start'
  database: 'SQLite' | 'PostgreSQL'
  people: { identifier: string; password: string; shows: string }[]
  apps: { name: string; uri: string }[]
}

export type PortalView = PageView | AccountView | StartView

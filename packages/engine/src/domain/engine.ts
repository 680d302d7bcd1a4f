import type { Kernel } from '../kernel/kernel.ts'
import type { Accounts } from './account/index.ts'
import type { Attempts } from './attempt/index.ts'
import type { Audit } from './audit/index.ts'
import type { Clients } from './client/index.ts'
import type { Factors } from './factor/index.ts'
import type { Flows } from './flow/index.ts'
import type { Grants } from './grant/index.ts'
import type { Keys } from './key/index.ts'
import type { Messages } from './message/index.ts'
import type { Organizations } from './organization/index.ts'
import type { Passwords } from './password/index.ts'
import type { Resources } from './resource/index.ts'
import type { Sessions } from './session/index.ts'
import type { Tokens } from './token/index.ts'

/**
 * What every step gets: the kernel and one record of verbs for each noun. Made by `presets/create-engine.ts`
 * out of the nouns' own factories (`createClients(kernel)`, …); has no state but what those keep.
 */
export interface Engine extends Kernel {
  readonly organizations: Organizations
  readonly accounts: Accounts
  readonly factors: Factors
  readonly passwords: Passwords
  readonly clients: Clients
  readonly sessions: Sessions
  readonly grants: Grants
  readonly tokens: Tokens
  readonly keys: Keys
  readonly flows: Flows
  readonly messages: Messages
  readonly attempts: Attempts
  readonly resources: Resources
  readonly audit: Audit
}

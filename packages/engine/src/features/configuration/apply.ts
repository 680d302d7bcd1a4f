import type { CardeaConfig, SignInPolicyConfig } from '@cardea/protocol'
import type { Engine } from '../../domain/engine.ts'
import type { Organization } from '../../domain/organization/index.ts'
import { isFailure } from '../../kernel/errors.ts'
import { applyAccount } from './accounts.ts'
import { applyApi } from './apis.ts'
import { applyApp } from './apps.ts'
import { checkAuthenticators } from './authenticators.ts'
import type { Done } from './difference.ts'
import { applyOrganization } from './organizations.ts'
import { readConfiguration } from './read.ts'

/** What an object's applying may look up. */
export interface Context {
  readonly engine: Engine
  /** By handle; the root without one. Throws when there is none. */
  readonly organization: (handle: string | undefined) => Promise<Organization>
  readonly policy: (choice: string | SignInPolicyConfig) => SignInPolicyConfig
}

/**
 * Brings about what the configuration declares, one unit per object, and changes only what differs. What it does
 * not name is left alone; nothing is deleted. Rejects with a message that names the path of each wrong value.
 */
export async function applyConfiguration(engine: Engine, given: unknown): Promise<void> {
  const { config, problems } = readAll(engine, given)
  if (problems.length > 0) throw new Error(`The configuration cannot be used.\n${problems.join('\n')}`)
  const context = createContext(engine, config)
  const counts = { created: 0, updated: 0, unchanged: 0 }
  const each = async <T>(list: string, items: readonly T[] | undefined, apply: (item: T) => Promise<Done>) => {
    for (const [index, item] of (items ?? []).entries()) {
      const done = await named(engine, `${list}[${index}]`, () => alongOthers(() => apply(item)))
      counts[done.outcome] += 1
      if (done.outcome !== 'unchanged')
        engine.log('info', `configuration: ${done.name} ${done.outcome}`, done.members ? { members: done.members } : {})
    }
  }
  await each('organizations', config.organizations, (one) => applyOrganization(context, one))
  await each('apis', config.apis, (one) => applyApi(context, one))
  await each('apps', config.apps, (one) => applyApp(context, one))
  await each('accounts', config.accounts, (one) => applyAccount(context, one))
  engine.log('info', 'configuration applied', counts)
}

interface Checked {
  readonly config: CardeaConfig
  readonly problems: readonly string[]
}

function readAll(engine: Engine, given: unknown): Checked {
  const reading = readConfiguration(given)
  if (reading.problems) return { config: {}, problems: reading.problems }
  return { config: reading.config, problems: checkAuthenticators(engine, reading.config) }
}

function createContext(engine: Engine, { policies = {} }: CardeaConfig): Context {
  return {
    engine,
    organization: async (handle) => {
      if (handle === undefined) return engine.organizations.root()
      const organization = await engine.organizations.find(handle)
      if (organization?.handle !== handle) throw new Error(`organization: there is no organization '${handle}'`)
      return organization
    },
    policy: (choice) => {
      if (typeof choice !== 'string') return choice
      const policy = policies[choice]
      if (!policy) throw new Error(`signInPolicy: there is no policy '${choice}'`)
      return policy
    },
  }
}

/** Another process that starts at the same time may have made the object after it was looked for: then it is there. */
async function alongOthers<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (isFailure(error) && error.code === 'api.conflict') return work()
    throw error
  }
}

/** Says which object it was that could not be brought about. */
async function named<T>(engine: Engine, path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (isFailure(error)) throw new Error(`${path}.${engine.text(error.code, error.params)}`)
    throw new Error(`${path}.${error instanceof Error ? error.message : String(error)}`, { cause: error })
  }
}

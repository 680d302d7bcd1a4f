import { hash } from 'node:crypto'
import type { AppConfig, OrganizationId } from '@cardea/protocol'
import { authMethodOf } from '@cardea/protocol'
import type { JSONWebKeySet } from 'jose'
import type { Client } from '../../domain/client/index.ts'
import type { Context } from './apply.ts'
import type { Done } from './difference.ts'
import { defined, difference } from './difference.ts'

export async function applyApp(context: Context, declared: AppConfig): Promise<Done> {
  const { engine } = context
  const { organization, secret, signInPolicy, jwks, ...rest } = declared
  const org = (await context.organization(organization)).id
  const wanted = defined({
    ...rest,
    authMethod: declared.authMethod ?? authMethodOf(declared),
    // The schema has let public keys through and nothing else.
    jwks: jwks as JSONWebKeySet | undefined,
    signInPolicy: signInPolicy === undefined ? undefined : context.policy(signInPolicy),
  })
  const name = `app ${declared.clientId}`
  const known = (await engine.clients.find(declared.clientId)) ?? (await findDisabled(context, org, declared.clientId))
  if (!known) {
    const { redirectUris = [] } = declared
    await engine.store.unit((unit) =>
      engine.clients.create(unit, { ...wanted, ...(secret === undefined ? {} : { secret }), org, redirectUris }),
    )
    return { name, outcome: 'created' }
  }
  if (known.org !== org) throw new Error('clientId: belongs to another organization')
  const change = difference(wanted, known)
  const otherSecret = secret !== undefined && !known.secretHashes.includes(sha256(secret))
  if (!change && !otherSecret) return { name, outcome: 'unchanged' }
  await engine.store.unit((unit) =>
    engine.clients.update(unit, org, known.id, { ...change, ...(otherSecret ? { secret } : {}) }),
  )
  return { name, outcome: 'updated', members: [...Object.keys(change ?? {}), ...(otherSecret ? ['secret'] : [])] }
}

/** An app that an administrator has disabled is there all the same; the file does not enable it again. */
async function findDisabled({ engine }: Context, org: OrganizationId, clientId: string): Promise<Client | undefined> {
  const { items } = await engine.clients.list(org, { limit: 100, search: clientId })
  return items.find((client) => client.clientId === clientId)
}

/** As `Client.secretHashes` has them. */
function sha256(text: string): string {
  return hash('sha256', text, 'base64url')
}

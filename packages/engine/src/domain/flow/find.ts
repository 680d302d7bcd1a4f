import { hash } from 'node:crypto'
import type { FlowId } from '@cardea/protocol'
import { isId } from '@cardea/protocol'
import type { Client } from '../client/index.ts'
import { allowsRedirect } from '../client/index.ts'
import type { Engine } from '../engine.ts'
import type { Proof } from './doors.ts'
import { flowErrors } from './errors.ts'
import type { FlowRecord } from './flow.ts'
import { readFlow } from './store.ts'

/** How a browser's secret is kept in the records of its flows. */
export const browserHash = (secret: string): string => hash('sha256', secret, 'base64url')

/** A live flow of somebody who may answer it. What is not theirs does not exist for them. */
export async function findFlow(
  engine: Engine,
  id: FlowId,
  proof: Proof,
): Promise<{ readonly record: FlowRecord; readonly client: Client }> {
  const record = isId('flow', id) ? await readFlow(engine.store, engine, id) : undefined
  if (!record || record.binding.door !== proof.door) throw flowErrors('flow.unknown')
  checkBinding(record, proof)
  if (record.status !== 'open') throw flowErrors('flow.unknown')
  if (record.expiresAt <= engine.now()) throw flowErrors('flow.expired')
  const client = await engine.clients.find(record.request.clientId)
  if (!client || client.id !== record.client) throw flowErrors('flow.unknown')
  // What was registered when the flow began may have been taken back since.
  if (!allowsRedirect(client.redirectUris, record.request.redirectUri)) throw flowErrors('flow.unknown')
  return { record, client }
}

/** Where a sign-in that is over can be started again: the app's own page. For whom it belonged to only. */
export async function restartUrl(engine: Engine, id: FlowId, proof: Proof): Promise<string | undefined> {
  const record = await readFlow(engine.store, engine, id)
  if (!record || !isBound(record, proof)) return undefined
  const client = await engine.clients.find(record.request.clientId)
  const { origin } = new URL(record.request.redirectUri)
  return client?.uri ?? (origin === 'null' ? undefined : origin)
}

function checkBinding(record: FlowRecord, proof: Proof): void {
  if (isBound(record, proof)) return
  throw flowErrors(record.binding.door === 'native' ? 'flow.unknown' : 'flow.wrong_browser')
}

function isBound({ binding }: FlowRecord, proof: Proof): boolean {
  if (binding.door === 'native')
    return proof.door === 'native' && (proof.client === undefined || proof.client === binding.client)
  return proof.door === 'hosted' && browserHash(proof.secret) === binding.browser
}

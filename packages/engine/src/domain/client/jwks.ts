import type { JSONWebKeySet } from 'jose'
import { z } from 'zod'
import type { Kernel } from '../../kernel/kernel.ts'
import type { Client } from './client.ts'

const zKeySet = z.object({ keys: z.array(z.looseObject({ kty: z.string() })).max(50) })

/** A key set is asked for again after this time, and at once for an unknown `kid`, but not more often than the pause. */
const maxAge = 300_000
const pause = 30_000

export interface ClientKeys {
  /** The client's public keys: registered ones, or those of its `jwks_uri`; `undefined` when they cannot be had. */
  readonly of: (client: Client, kid: string | undefined) => Promise<JSONWebKeySet | undefined>
}

export function createClientKeys(kernel: Pick<Kernel, 'fetch' | 'now' | 'log'>): ClientKeys {
  const fetched = new Map<string, { readonly at: number; readonly set: Promise<JSONWebKeySet | undefined> }>()

  const load = async (url: string): Promise<JSONWebKeySet | undefined> => {
    try {
      const { status, body } = await kernel.fetch(url)
      if (status !== 200) throw new Error(`status ${status}`)
      return zKeySet.parse(JSON.parse(body)) as JSONWebKeySet
    } catch (error) {
      kernel.log('warn', 'the keys of an app could not be fetched', { url, error })
      return undefined
    }
  }

  return {
    of: async (client, kid) => {
      if (client.jwksUri === undefined) return client.jwks
      const known = fetched.get(client.jwksUri)
      const age = known ? kernel.now() - known.at : Number.POSITIVE_INFINITY
      if (known && age < maxAge) {
        const set = await known.set
        const has = set?.keys.some((key) => kid === undefined || key.kid === kid)
        if (has || age < pause) return set
      }
      const set = load(client.jwksUri)
      fetched.set(client.jwksUri, { at: kernel.now(), set })
      return set
    },
  }
}

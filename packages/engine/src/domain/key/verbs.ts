import type { CryptoKey } from 'jose'
import { importJWK } from 'jose'
import { createCache } from '../../kernel/cache.ts'
import type { Engine } from '../engine.ts'
import { generateKey, importKey } from './generate.ts'
import type { Keys, VerificationKey } from './index.ts'
import type { Key, KeyAlg, KeyPurpose, Signer } from './key.ts'
import { deleteRetired, insertKey, listKeys, rotateKey } from './store.ts'

const topic = 'signing_key'

/** A key signs for 90 days. */
const signsFor = 90 * 24 * 3600_000
/** The longest token lives for a day, key sets are cached for minutes; ID tokens come back later as hints. */
const keptFor = { token: 2 * 24 * 3600_000, id_token: 30 * 24 * 3600_000 }

/** What is published from the start, so that a key set that somebody keeps knows them. */
const published = [
  { purpose: 'token', alg: 'ES256' },
  { purpose: 'id_token', alg: 'ES256' },
  { purpose: 'id_token', alg: 'RS256' },
] as const satisfies readonly { purpose: KeyPurpose; alg: KeyAlg }[]

export function createKeys(engine: Engine): Keys {
  const { store } = engine
  // Keys of the deployment's one issuer belong to its root organization.
  const all = createCache({
    store,
    topic,
    now: engine.now,
    load: async () => listKeys(store, (await engine.organizations.root()).id),
  })
  // Private keys are opened and imported once; what a kid means never changes.
  const signers = new Map<string, Promise<Signer>>()
  const verifiers = new Map<string, Promise<CryptoKey | Uint8Array>>()

  const signerOf = (key: Key): Promise<Signer> => {
    const known = signers.get(key.id)
    if (known) return known
    const signer = importKey(engine, key)
    signer.catch(() => signers.delete(key.id))
    signers.set(key.id, signer)
    return signer
  }

  const inSlot = (keys: readonly Key[], purpose: KeyPurpose, alg: KeyAlg, slot: Key['slot']) =>
    keys.find((key) => key.purpose === purpose && key.alg === alg && key.slot === slot)

  /** Makes the pair on first use. Of parallel processes one takes each slot; all of them then read the same keys. */
  const ensure = async (purpose: KeyPurpose, alg: KeyAlg): Promise<Key> => {
    const known = inSlot((await all.get(undefined)) ?? [], purpose, alg, 'current')
    if (known) return known
    const org = (await engine.organizations.root()).id
    const current = await generateKey(engine, { org, purpose, alg, slot: 'current' })
    const next = await generateKey(engine, { org, purpose, alg, slot: 'next' })
    await store.unit(async (unit) => {
      const first = await insertKey(unit, current)
      await insertKey(unit, next)
      unit.signal(topic)
      if (first)
        await unit.emit({
          type: 'key.created',
          org,
          actor: { type: 'system' },
          target: current.id,
          data: { purpose, alg },
        })
    })
    const kept = inSlot(await listKeys(store, org), purpose, alg, 'current')
    if (!kept) throw new Error(`no ${alg} key for ${purpose} could be made`)
    return kept
  }

  const rotate = async (purpose: KeyPurpose, alg?: KeyAlg): Promise<void> => {
    const org = (await engine.organizations.root()).id
    const keys = await listKeys(store, org)
    for (const current of keys.filter((key) => key.slot === 'current' && key.purpose === purpose)) {
      if (alg && alg !== current.alg) continue
      const next = await generateKey(engine, { org, purpose, alg: current.alg, slot: 'next' })
      await store.unit(async (unit) => {
        if (!(await rotateKey(unit, current, next, engine.now()))) return
        unit.signal(topic)
        await unit.emit({
          type: 'key.rotated',
          org,
          actor: { type: 'system' },
          target: current.id,
          data: { purpose, alg: current.alg },
        })
      })
    }
  }

  return {
    jwks: async () => {
      for (const { purpose, alg } of published) await ensure(purpose, alg)
      const root = await engine.organizations.root()
      const keys = (await all.get(undefined)) ?? (await listKeys(store, root.id))
      const shown = keys.filter(({ purpose }) => published.some((one) => one.purpose === purpose))
      return { keys: shown.map((key) => key.publicJwk) }
    },
    signer: async (purpose, alg) => signerOf(await ensure(purpose, alg)),
    verifier: async (kid) => {
      const key = ((await all.get(undefined)) ?? []).find(({ id }) => id === kid)
      if (!key) return undefined
      const imported = verifiers.get(key.id) ?? importJWK(key.publicJwk, key.alg)
      verifiers.set(key.id, imported)
      return { purpose: key.purpose, alg: key.alg, key: await imported } satisfies VerificationKey
    },
    rotate,
    check: async () => {
      const keys = await listKeys(store, (await engine.organizations.root()).id)
      for (const key of keys) {
        await signerOf(key).catch(() => {
          throw new Error(
            'The key-encryption key (CARDEA_KEY or master.key) is not the one this database was made with: its signing keys cannot be opened.',
          )
        })
      }
    },
    rotateWhenDue: async () => {
      const now = engine.now()
      const keys = await listKeys(store, (await engine.organizations.root()).id)
      for (const key of keys) {
        if (key.slot === 'current' && now - key.createdAt > signsFor) await rotate(key.purpose, key.alg)
      }
      const deleted = await store.unit(async (unit) => {
        const count =
          (await deleteRetired(unit, now - keptFor.token, 'token')) +
          (await deleteRetired(unit, now - keptFor.id_token, 'id_token'))
        if (count > 0) unit.signal(topic)
        return count
      })
      if (deleted > 0) engine.log('info', 'retired signing keys were deleted', { count: deleted })
    },
  }
}

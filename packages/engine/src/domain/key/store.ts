import type { KeyId, OrganizationId } from '@cardea/protocol'
import type { Migration, Queries, Unit } from '../../kernel/store/index.ts'
import { column } from '../../kernel/store/index.ts'
import type { Key, KeyAlg, KeyPurpose } from './key.ts'

interface SigningKeyTable {
  org_id: OrganizationId
  id: KeyId
  purpose: KeyPurpose
  alg: KeyAlg
  /** JSON */
  public_jwk: string
  sealed_private: string
  /** `current` or `next`, each once for a purpose and algorithm; null when retired. */
  slot: 'current' | 'next' | null
  created_at: number
  retired_at: number | null
}

declare module '../../kernel/store/store.ts' {
  interface Tables {
    signing_key: SigningKeyTable
  }
}

export const keyMigrations: readonly Migration[] = [
  {
    id: 'key-0001-create',
    async up(db) {
      await db.schema
        .createTable('signing_key')
        .addColumn('org_id', column.text, (c) => c.notNull())
        .addColumn('id', column.text, (c) => c.primaryKey())
        .addColumn('purpose', column.text, (c) => c.notNull())
        .addColumn('alg', column.text, (c) => c.notNull())
        .addColumn('public_jwk', column.json, (c) => c.notNull())
        .addColumn('sealed_private', column.text, (c) => c.notNull())
        .addColumn('slot', column.text)
        .addColumn('created_at', column.time, (c) => c.notNull())
        .addColumn('retired_at', column.time)
        .execute()
      await db.schema
        .createIndex('signing_key_slot')
        .on('signing_key')
        .columns(['org_id', 'purpose', 'alg', 'slot'])
        .unique()
        .execute()
    },
  },
]

export async function listKeys(queries: Queries, org: OrganizationId): Promise<readonly Key[]> {
  const rows = await queries.in(org).selectFrom('signing_key').selectAll().orderBy('created_at').orderBy('id').execute()
  return rows.map((row) => ({
    id: row.id,
    org: row.org_id,
    purpose: row.purpose,
    alg: row.alg,
    publicJwk: JSON.parse(row.public_jwk),
    sealedPrivate: row.sealed_private,
    slot: row.slot ?? undefined,
    createdAt: row.created_at,
    retiredAt: row.retired_at ?? undefined,
  }))
}

/** Takes the slot for this key, unless it is taken: then another process was first and its key counts. */
export async function insertKey(unit: Unit, key: Key): Promise<boolean> {
  const row = await unit
    .in(key.org)
    .insertInto('signing_key')
    .values({
      org_id: key.org,
      id: key.id,
      purpose: key.purpose,
      alg: key.alg,
      public_jwk: JSON.stringify(key.publicJwk),
      sealed_private: key.sealedPrivate,
      slot: key.slot ?? null,
      created_at: key.createdAt,
      retired_at: key.retiredAt ?? null,
    })
    .onConflict((conflict) => conflict.columns(['org_id', 'purpose', 'alg', 'slot']).doNothing())
    .returning('id')
    .executeTakeFirst()
  return row !== undefined
}

/** Retires `current`, makes its next key sign and puts `next` behind it; nothing when somebody else has done so already. */
export async function rotateKey(unit: Unit, current: Key, next: Key, now: number): Promise<boolean> {
  const retired = await unit
    .in(current.org)
    .updateTable('signing_key')
    .set({ slot: null, retired_at: now })
    .where('id', '=', current.id)
    .where('slot', '=', 'current')
    .returning('id')
    .executeTakeFirst()
  if (!retired) return false
  await unit
    .in(current.org)
    .updateTable('signing_key')
    .set({ slot: 'current', created_at: now })
    .where('purpose', '=', current.purpose)
    .where('alg', '=', current.alg)
    .where('slot', '=', 'next')
    .execute()
  return insertKey(unit, next)
}

/** Deletes keys of a purpose that were retired before a time: nothing they signed is alive. */
export async function deleteRetired(unit: Unit, before: number, purpose: KeyPurpose): Promise<number> {
  const rows = await unit
    .across('delete signing keys whose tokens have all expired')
    .deleteFrom('signing_key')
    .where('retired_at', '<', before)
    .where('purpose', '=', purpose)
    .returning('id')
    .execute()
  return rows.length
}

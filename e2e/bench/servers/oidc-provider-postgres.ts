import type { Adapter, AdapterConstructor, AdapterPayload } from 'oidc-provider'
import { Pool } from 'pg'

/** The usual adapter for SQL: one row per artifact with JSON, found by id, user code, uid or grant. */
export async function postgresAdapter(url: string): Promise<AdapterConstructor> {
  const pool = new Pool({ connectionString: url, max: 10 })
  await pool.query(`create table artifact (
    model text not null, id text not null, payload jsonb not null, grant_id text, uid text, user_code text,
    expires_at bigint, consumed_at bigint, primary key (model, id))`)
  await pool.query('create index artifact_grant on artifact (grant_id)')
  await pool.query('create index artifact_uid on artifact (model, uid)')

  const read = (row: { payload: AdapterPayload; consumed_at: string | null } | undefined) =>
    row && (row.consumed_at === null ? row.payload : { ...row.payload, consumed: Number(row.consumed_at) })
  const find = async (model: string, column: 'id' | 'uid' | 'user_code', value: string) => {
    const { rows } = await pool.query({
      name: `find-${column}`,
      text: `select payload, consumed_at from artifact where model = $1 and ${column} = $2`,
      values: [model, value],
    })
    return read(rows[0])
  }
  const create = (model: string): Adapter => ({
    upsert: async (id, payload, expiresIn) => {
      await pool.query({
        name: 'upsert',
        text: `insert into artifact (model, id, payload, grant_id, uid, user_code, expires_at) values ($1, $2, $3, $4, $5, $6, $7)
          on conflict (model, id) do update set payload = excluded.payload, expires_at = excluded.expires_at`,
        values: [
          model,
          id,
          payload,
          payload.grantId ?? null,
          payload.uid ?? null,
          payload.userCode ?? null,
          Math.floor(Date.now() / 1000) + (expiresIn ?? 86_400),
        ],
      })
    },
    find: (id) => find(model, 'id', id),
    findByUid: (uid) => find(model, 'uid', uid),
    findByUserCode: (code) => find(model, 'user_code', code),
    consume: async (id) => {
      await pool.query({
        name: 'consume',
        text: 'update artifact set consumed_at = $3 where model = $1 and id = $2',
        values: [model, id, Math.floor(Date.now() / 1000)],
      })
    },
    destroy: async (id) => {
      await pool.query({
        name: 'destroy',
        text: 'delete from artifact where model = $1 and id = $2',
        values: [model, id],
      })
    },
    revokeByGrantId: async (grantId) => {
      await pool.query({ name: 'revoke', text: 'delete from artifact where grant_id = $1', values: [grantId] })
    },
  })
  // The library calls it with `new`; what a constructor returns is the instance.
  return function PostgresAdapter(model: string) {
    return create(model)
  } as unknown as AdapterConstructor
}

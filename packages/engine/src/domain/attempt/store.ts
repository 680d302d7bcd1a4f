import type { Expression, Kysely } from 'kysely'
import { sql } from 'kysely'
import type { Migration, Parameter, Queries, Tables, Unit } from '../../kernel/store/index.ts'
import { across, column } from '../../kernel/store/index.ts'

/** Counters of the deployment, not of an organization: an address tries many of them. Keys of people hold their id. */
interface AttemptTable {
  key: string
  /** Calls, or failures in a row. */
  count: number
  /** Attempts that were claimed and have neither failed nor been given back; none after `judging_until`. */
  judging: number
  judging_until: number
  /** Nothing is judged before: the delay. */
  wait_until: number
  /** The counter starts again: the end of the window. */
  expires_at: number
}

declare module '../../kernel/store/store.ts' {
  interface Tables {
    attempt: AttemptTable
  }
}

export const attemptMigrations: readonly Migration[] = [
  {
    id: 'attempt-0001-create',
    async up(db) {
      await db.schema
        .createTable('attempt')
        .addColumn('key', column.text, (c) => c.primaryKey())
        .addColumn('count', column.integer, (c) => c.notNull())
        .addColumn('wait_until', column.time, (c) => c.notNull())
        .addColumn('expires_at', column.time, (c) => c.notNull())
        .execute()
      await db.schema.createIndex('attempt_expires').on('attempt').column('expires_at').execute()
    },
  },
  {
    id: 'attempt-0002-judging',
    async up(db) {
      for (const [name, type] of [
        ['judging', column.integer],
        ['judging_until', column.time],
      ] as const) {
        await db.schema
          .alterTable('attempt')
          .addColumn(name, type, (c) => c.notNull().defaultTo(0))
          .execute()
      }
    },
  },
]

const reason = 'count attempts'

export async function readAttempts(
  queries: Queries,
  keys: readonly string[],
  now: number,
): Promise<ReadonlyMap<string, AttemptTable>> {
  const rows = await queries
    .across(reason)
    .selectFrom('attempt')
    .selectAll()
    .where('key', 'in', keys)
    .where('expires_at', '>', now)
    .execute()
  return new Map(rows.map((row) => [row.key, row]))
}

const none = { count: 0, wait_until: 0, judging: 0, judging_until: 0 } as const

const oneLess = (judging: Expression<number>) => sql<number>`case when ${judging} > 0 then ${judging} - 1 else 0 end`

interface Counted {
  readonly rows: readonly { readonly key: string }[]
  readonly now: number
  readonly expires_at: number
}
const countRows = (count: number) =>
  across<Counted>(reason)((db, p) =>
    db
      .insertInto('attempt')
      .values(
        Array.from({ length: count }, (_, index) => ({
          ...none,
          key: p.ofRow(index, 'key'),
          count: 1,
          expires_at: p('expires_at'),
        })),
      )
      .onConflict((conflict) =>
        conflict.column('key').doUpdateSet((up) => ({
          count: sql<number>`case when ${up.ref('attempt.expires_at')} <= ${p('now')} then 1 else ${up.ref('attempt.count')} + 1 end`,
          // What was only claimed until now has no window yet.
          expires_at: sql<number>`case when ${up.ref('attempt.expires_at')} <= ${p('now')} or ${up.ref('attempt.count')} = 0 then ${up.ref('excluded.expires_at')} else ${up.ref('attempt.expires_at')} end`,
          judging: oneLess(up.ref('attempt.judging')),
        })),
      )
      .returningAll(),
  )
/** One of calls; of failures those of a person and of a network. */
const countBySize = [1, 2].map(countRows)

/** Adds one to each key, starting anew where its time is over; one statement for all. */
export async function countUp(
  unit: Unit,
  keys: readonly string[],
  now: number,
  expiresAt: number,
): Promise<ReadonlyMap<string, AttemptTable>> {
  const statement = countBySize[keys.length - 1]
  if (!statement) throw new Error(`${keys.length} counters cannot be counted up at once.`)
  const rows = await unit.run(statement, { rows: keys.map((key) => ({ key })), now, expires_at: expiresAt })
  return new Map(rows.map((row) => [row.key, row]))
}

interface Claim {
  readonly known: string
  readonly name: string
  readonly address: string
  readonly place: string
  readonly now: number
  readonly until: number
}

const claim = (rows: (db: Kysely<Tables>, p: Parameter<Claim>) => Expression<AttemptTable>) =>
  across<Claim>(reason)((db, p) =>
    db
      .insertInto('attempt')
      .columns(['key', 'count', 'wait_until', 'judging', 'judging_until', 'expires_at'])
      .expression(rows(db, p))
      .onConflict((conflict) =>
        conflict.column('key').doUpdateSet((up) => ({
          count: sql<number>`case when ${up.ref('attempt.expires_at')} <= ${p('now')} then 0 else ${up.ref('attempt.count')} end`,
          judging: sql<number>`case when ${up.ref('attempt.judging_until')} <= ${p('now')} then 1 else ${up.ref('attempt.judging')} + 1 end`,
          judging_until: up.ref('excluded.judging_until'),
          expires_at: later(up.ref('attempt.expires_at'), up.ref('excluded.expires_at')),
        })),
      )
      .returningAll(),
  )

const claimed = (db: Kysely<Tables>, p: Parameter<Claim>, key: 'known' | 'name' | 'address') =>
  db.selectNoFrom([
    sql<string>`cast(${p(key)} as text)`.as('key'),
    sql<number>`cast(0 as bigint)`.as('count'),
    sql<number>`cast(0 as bigint)`.as('wait_until'),
    sql<number>`cast(1 as bigint)`.as('judging'),
    sql<number>`cast(${p('until')} as bigint)`.as('judging_until'),
    sql<number>`cast(${p('until')} as bigint)`.as('expires_at'),
  ])

const claimKnown = claim((db, p) => claimed(db, p, 'known').where(sql<boolean>`1 = 1`))
const claimByPlace = claim((db, p) => {
  const isKnown = db
    .selectFrom('attempt')
    .select('key')
    .where('key', '=', p('place'))
    .where('expires_at', '>', p('now'))
  const asStranger = (key: 'name' | 'address') => claimed(db, p, key).where(({ not, exists }) => not(exists(isKnown)))
  return claimed(db, p, 'known')
    .where(({ exists }) => exists(isKnown))
    .unionAll(asStranger('name'))
    .unionAll(asStranger('address'))
})

/**
 * Adds one attempt that is being judged to `known` where `place` is known, or is not asked about, else to `name`
 * and `address`; gives those rows. One statement, so that of many at once, in all processes, each sees those before it.
 */
export async function claimAttempt(
  unit: Unit,
  keys: Pick<Claim, 'known' | 'name' | 'address'> & { readonly place: string | undefined },
  now: number,
  until: number,
): Promise<ReadonlyMap<string, AttemptTable>> {
  const { place, ...others } = keys
  const statement = place === undefined ? claimKnown : claimByPlace
  const rows = await unit.run(statement, { ...others, place: place ?? '', now, until })
  return new Map(rows.map((row) => [row.key, row]))
}

const later = (one: Expression<number>, other: Expression<number>) =>
  sql<number>`case when ${one} > ${other} then ${one} else ${other} end`

export async function setWait(unit: Unit, key: string, waitUntil: number, expiresAt: number): Promise<void> {
  await unit
    .across(reason)
    .updateTable('attempt')
    .set({ wait_until: waitUntil, expires_at: expiresAt })
    .where('key', '=', key)
    .execute()
}

interface Settling {
  readonly key: string
  readonly expires_at: number
  /** Whether failures are forgotten. */
  readonly forgets: 0 | 1
  /** Whether it has an attempt that is being judged and no longer is. */
  readonly judged: 0 | 1
}

const settleRows = (count: number) =>
  across<{ readonly rows: readonly Settling[] }>(reason)((db, p) => {
    const places = Array.from({ length: count }, (_, index) => index)
    const rows = places.map((index) => ({
      ...none,
      key: p.ofRow(index, 'key'),
      expires_at: p.ofRow(index, 'expires_at'),
    }))
    return db
      .insertInto('attempt')
      .values(rows)
      .onConflict((conflict) =>
        conflict.column('key').doUpdateSet((up) => {
          const isOne = (what: 'forgets' | 'judged') =>
            up.or(
              places.map((index) =>
                up.and([up('attempt.key', '=', p.ofRow(index, 'key')), sql<boolean>`${p.ofRow(index, what)} = 1`]),
              ),
            )
          const forgotten = (column: 'count' | 'wait_until') =>
            up
              .case()
              .when(isOne('forgets'))
              .then(sql.lit(0))
              .else(up.ref(`attempt.${column}`))
              .end()
          const judging = up.ref('attempt.judging')
          return {
            count: forgotten('count'),
            wait_until: forgotten('wait_until'),
            judging: up.case().when(isOne('judged')).then(oneLess(judging)).else(judging).end(),
            expires_at: later(up.ref('attempt.expires_at'), up.ref('excluded.expires_at')),
          }
        }),
      )
  })
/** For one key up to the most that there are: those of a person, three names (one they no longer have), a network, and a fact. */
const settleBySize = [1, 2, 3, 4, 5, 6].map(settleRows)

/**
 * Takes one attempt that is being judged from each of `claimed`, forgets the failures of `forgiven`, and notes
 * `fact`, which ends by itself; one statement for all, in an order of keys that every writer has.
 */
export async function settleAttempt(
  unit: Unit,
  what: {
    readonly claimed: readonly string[]
    readonly forgiven: readonly string[]
    readonly fact?: { readonly key: string; readonly until: number } | undefined
  },
  now: number,
): Promise<void> {
  const { claimed, forgiven, fact } = what
  const rows: Settling[] = [...new Set([...forgiven, ...claimed])].map((key) => ({
    key,
    expires_at: now,
    forgets: forgiven.includes(key) ? 1 : 0,
    judged: claimed.includes(key) ? 1 : 0,
  }))
  if (fact) rows.push({ key: fact.key, expires_at: fact.until, forgets: 0, judged: 0 })
  if (rows.length === 0) return
  const statement = settleBySize[rows.length - 1]
  if (!statement) throw new Error(`${rows.length} counters cannot be settled at once.`)
  await unit.run(statement, { rows })
}

export async function anyWithPrefix(queries: Queries, prefix: string, now: number): Promise<boolean> {
  const row = await queries
    .across(reason)
    .selectFrom('attempt')
    .select('key')
    .where('key', '>=', prefix)
    .where('key', '<', `${prefix}\uffff`)
    .where('expires_at', '>', now)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

export function deleteExpired(unit: Unit, now: number, limit: number) {
  return unit
    .across(reason)
    .deleteFrom('attempt')
    .where('expires_at', '<=', now)
    .where('key', 'in', (eb) =>
      eb.selectFrom('attempt').select('key').where('expires_at', '<=', now).orderBy('expires_at').limit(limit),
    )
    .returning('key')
    .execute()
}

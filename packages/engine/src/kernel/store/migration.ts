import type { Kysely } from 'kysely'

/** A forward-only change of the schema. Once released it is never edited: the next one corrects it. */
export interface Migration {
  /** `noun-0001-what`: who owns it, its number, what it does. */
  readonly id: string
  /** Runs inside the transaction of all pending migrations, on both databases. */
  up(db: Kysely<unknown>): Promise<void>
}

/**
 * The column types of the portable subset; `addColumn` takes no others. JSON is text, a flag is 0 or 1, a time
 * is milliseconds since the epoch, bytes are base64url text.
 */
export const column = {
  text: 'text',
  json: 'text',
  integer: 'bigint',
  time: 'bigint',
  flag: 'integer',
  real: 'double precision',
} as const

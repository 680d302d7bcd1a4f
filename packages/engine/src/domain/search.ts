import { sql } from 'kysely'
import type { Migration } from '../kernel/store/index.ts'
import { column } from '../kernel/store/index.ts'

const comparable = (text: string) => text.trim().normalize('NFC').toLowerCase()

/** For the column `search_text`: the names a row is searched by. Made here, as the databases know the lower case of ASCII only. */
export function searchText(...names: readonly (string | null | undefined)[]): string {
  return names.flatMap((name) => (name ? [comparable(name)] : [])).join('\n')
}

/** Whether one of a row's names contains `text`, regardless of case; `text` is no pattern. */
export function contains(text: string) {
  const pattern = `%${comparable(text).replace(/[\\%_]/g, '\\$&')}%`
  // SQLite has no escape character unless told.
  return sql<boolean>`${sql.ref('search_text')} like ${pattern} escape '\\'`
}

/** Gives a table its `search_text`, also for the rows it has. */
export function searchMigration(table: string, names: readonly string[], key = 'id'): Migration {
  return {
    id: `${table}-0002-search`,
    async up(db) {
      await db.schema
        .alterTable(table)
        .addColumn('search_text', column.text, (c) => c.notNull().defaultTo(''))
        .execute()
      const read = sql<Record<string, string | null>>`select ${sql.join([key, ...names].map((name) => sql.ref(name)))}`
      const { rows } = await sql<Record<string, string | null>>`${read} from ${sql.table(table)}`.execute(db)
      for (const row of rows) {
        const text = searchText(...names.map((name) => row[name]))
        await sql`update ${sql.table(table)} set search_text = ${text} where ${sql.ref(key)} = ${row[key]}`.execute(db)
      }
    },
  }
}

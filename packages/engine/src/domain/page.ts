import { sql } from 'kysely'

/** A page of a list. `after` is the opaque cursor of the next page. */
export interface Page<T> {
  readonly items: readonly T[]
  readonly next: string | undefined
}

export interface PageRequest {
  /** 1 to 100. */
  readonly limit: number
  readonly after?: string
  /** Free text over the noun's names. */
  readonly search?: string
}

const comparable = (text: string) => text.trim().normalize('NFC').toLowerCase()

/** For the column `search_text`: the names a row is searched by. Made here, as the databases know the lower case of ASCII only. */
export function searchText(...names: readonly (string | undefined)[]): string {
  return names.flatMap((name) => (name === undefined ? [] : [comparable(name)])).join('\n')
}

/** Whether one of a row's names contains `text`, regardless of case; `text` is no pattern. */
export function contains(text: string) {
  const pattern = `%${comparable(text).replace(/[\\%_]/g, '\\$&')}%`
  // SQLite has no escape character unless told.
  return sql<boolean>`${sql.ref('search_text')} like ${pattern} escape '\\'`
}

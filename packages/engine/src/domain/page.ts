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

/** Whether the column's text contains `text`, regardless of case; `text` is no pattern. */
export function contains(column: string, text: string) {
  const pattern = `%${text.toLowerCase().replace(/[\\%_]/g, '\\$&')}%`
  // SQLite has no escape character unless told.
  return sql<boolean>`lower(${sql.ref(column)}) like ${pattern} escape '\\'`
}

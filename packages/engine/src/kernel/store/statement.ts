import type { OrganizationId } from '@cardea/protocol'
import type { Compilable, DeleteResult, Expression, InsertResult, Kysely, UpdateResult } from 'kysely'
import { sql, ValueNode } from 'kysely'
import type { SqlStatement } from './connection.ts'
import type { Store, Tables } from './store.ts'

/** Stands in a statement for the value that each run brings. */
export interface Parameter<P> {
  <K extends keyof P & string>(name: K): Expression<P[K]>
  /** The same for a value of one of the parameter `rows`, where several are written at once. */
  readonly ofRow: <K extends keyof Row<P> & string>(index: number, name: K) => Expression<Row<P>[K]>
}

type Row<P> = P extends { readonly rows: readonly (infer R)[] } ? R : never

/** Rows that a statement gives back; none for a change without `returning`. */
type Result<O> = O extends InsertResult | UpdateResult | DeleteResult ? never : O

/**
 * A query that is built, scoped and compiled once for a database, and then only run: on a hot path, building the
 * same query again costs more than the database takes for it. Made with `inOrganization` or `across`.
 */
export interface Statement<P, O> {
  /** Whether it is confined to the organization in its parameter `org_id`. */
  readonly scoped: boolean
  readonly build: (db: Kysely<Tables>, parameter: Parameter<P>, dialect: Store['dialect']) => Compilable<O>
}

/** A statement that sees and writes the rows of one organization only, as `queries.in(parameters.org_id)` does. */
export function inOrganization<P extends { readonly org_id: OrganizationId }>() {
  return <O>(build: Statement<P, O>['build']): Statement<P, Result<O>> => ({ scoped: true, build: build as never })
}

/** A statement that is not scoped; `reason` names the operation for review, as in `queries.across(reason)`. */
export function across<P extends object>(_reason: string) {
  return <O>(build: Statement<P, O>['build']): Statement<P, Result<O>> => ({ scoped: false, build: build as never })
}

/** Whether `column` is one of a JSON list of texts: as one parameter, however many there are, the statement stays the same. */
export function among(dialect: Store['dialect'], column: Expression<string>, list: Expression<string>) {
  return dialect === 'sqlite'
    ? sql<boolean>`${column} in (select value from json_each(${list}))`
    : // As an array, which PostgreSQL takes for a few values: its index is asked for each.
      sql<boolean>`${column} = any(array(select jsonb_array_elements_text(cast(${list} as jsonb))))`
}

/** Takes the place of a value while a query is built; every name has one. */
export interface Placeholder {
  readonly parameter: string
  /** Which of the parameter `rows` has it. */
  readonly row?: number
}

/** A compiled statement that waits for its parameters. */
export interface Prepared {
  /** Nobody waits for its rows: it has none. */
  readonly silent: boolean
  readonly bind: (parameters: object) => SqlStatement
}

/** Compiles a statement over `connect`, which gives a Kysely whose queries are rewritten for the owner. */
export function prepareStatement<P, O>(
  statement: Statement<P, O>,
  connect: (owner: Placeholder | undefined) => Kysely<Tables>,
  dialect: Store['dialect'],
): Prepared {
  const placeholders = new Map<string, Placeholder>()
  const known = new Set<unknown>()
  const placeholder = (parameter: string, row?: number): Placeholder => {
    const key = `${row ?? ''} ${parameter}`
    const one = placeholders.get(key) ?? { parameter, ...(row !== undefined && { row }) }
    placeholders.set(key, one)
    known.add(one)
    return one
  }
  const expression = (place: Placeholder) => {
    const node = ValueNode.create(place)
    return { expressionType: undefined, toOperationNode: () => node }
  }
  const parameter: Parameter<P> = Object.assign((name: string) => expression(placeholder(name)), {
    ofRow: (index: number, name: string) => expression(placeholder(name, index)),
  })
  const db = connect(statement.scoped ? placeholder('org_id') : undefined)
  const { sql, parameters, query } = statement.build(db, parameter, dialect).compile()
  const isPlaceholder = (value: unknown): value is Placeholder => known.has(value)
  const values = parameters.map((value) => (isPlaceholder(value) ? readerOf(value) : () => value))
  return {
    silent: query.kind !== 'SelectQueryNode' && !('returning' in query && query.returning),
    bind: (given) => ({ keep: true, sql, parameters: values.map((read) => read(given)), query }),
  }
}

function readerOf({ parameter, row }: Placeholder): (given: object) => unknown {
  if (row === undefined) return (given) => Reflect.get(given, parameter)
  // The types of a statement with `ofRow` demand rows.
  return (given) => Reflect.get((given as { readonly rows: readonly object[] }).rows[row] ?? {}, parameter)
}

import type { OrganizationId } from '@cardea/protocol'
import type { Compilable, DeleteResult, Expression, InsertResult, Kysely, UpdateResult } from 'kysely'
import { ValueNode } from 'kysely'
import type { SqlStatement } from './connection.ts'
import type { Tables } from './store.ts'

/** Stands in a statement for the value that each run brings. */
export type Parameter<P> = <K extends keyof P & string>(name: K) => Expression<P[K]>

/** Rows that a statement gives back; none for a change without `returning`. */
type Row<O> = O extends InsertResult | UpdateResult | DeleteResult ? never : O

/**
 * A query that is built, scoped and compiled once for a database, and then only run: on a hot path, building the
 * same query again costs more than the database takes for it. Made with `inOrganization` or `across`.
 */
export interface Statement<P, O> {
  /** Whether it is confined to the organization in its parameter `org_id`. */
  readonly scoped: boolean
  readonly build: (db: Kysely<Tables>, parameter: Parameter<P>) => Compilable<O>
}

/** A statement that sees and writes the rows of one organization only, as `queries.in(parameters.org_id)` does. */
export function inOrganization<P extends { readonly org_id: OrganizationId }>() {
  return <O>(build: Statement<P, O>['build']): Statement<P, Row<O>> => ({ scoped: true, build: build as never })
}

/** A statement that is not scoped; `reason` names the operation for review, as in `queries.across(reason)`. */
export function across<P extends object>(_reason: string) {
  return <O>(build: Statement<P, O>['build']): Statement<P, Row<O>> => ({ scoped: false, build: build as never })
}

/** Parameters of several rows at once: those of the second row end with `_1`. */
export type Numbered<Row> = { readonly [K in keyof Row & string as `${K}_${number}`]: Row[K] }

/** The rows as the parameters of a statement that names them so. */
export function numbered<Row extends object>(rows: readonly Row[]): Numbered<Row> {
  const values: Record<string, unknown> = {}
  for (const [index, row] of rows.entries())
    for (const [name, value] of Object.entries(row)) values[`${name}_${index}`] = value
  // The names are made here as the type has them.
  return values as Numbered<Row>
}

/** Takes the place of a value while a query is built; every name has one. */
export interface Placeholder {
  readonly parameter: string
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
): Prepared {
  const placeholders = new Map<string, Placeholder>()
  const known = new Set<unknown>()
  const placeholder = (name: string): Placeholder => {
    const one = placeholders.get(name) ?? { parameter: name }
    placeholders.set(name, one)
    known.add(one)
    return one
  }
  const parameter: Parameter<P> = (name) => {
    const node = ValueNode.create(placeholder(name))
    return { expressionType: undefined, toOperationNode: () => node }
  }
  const db = connect(statement.scoped ? placeholder('org_id') : undefined)
  const { sql, parameters, query } = statement.build(db, parameter).compile()
  const isPlaceholder = (value: unknown): value is Placeholder => known.has(value)
  return {
    silent: query.kind !== 'SelectQueryNode' && !('returning' in query && query.returning),
    bind: (given) => ({
      keep: true,
      sql,
      parameters: parameters.map((value) => (isPlaceholder(value) ? Reflect.get(given, value.parameter) : value)),
    }),
  }
}

import type { QueryCompiler, RootOperationNode } from 'kysely'
import {
  CommonTableExpressionNameNode,
  CommonTableExpressionNode,
  createQueryId,
  InsertQueryNode,
  ValuesNode,
  WithNode,
} from 'kysely'
import type { SqlStatement } from '../connection.ts'
import type { Merge } from '../running-unit.ts'

/**
 * Inserts that follow each other, each into another table, are one statement, with the others as its `with`: one
 * trip through the client and the server, and where a unit is nothing else, no transaction around it. All of it sees
 * the same snapshot and happens in no order, which rows given as values do not notice; constraints are checked at
 * its end.
 */
export function createMerge(compiler: Pick<QueryCompiler, 'compileQuery'>): Merge {
  const merged = new Map<string, string | undefined>()
  const compile = (inserts: readonly InsertQueryNode[] | undefined): string | undefined => {
    const last = inserts?.at(-1)
    if (!inserts || !last) return undefined
    const [first, ...others] = inserts.slice(0, -1).map((insert, index) => {
      const name = CommonTableExpressionNameNode.create(`insert_${index}`)
      return CommonTableExpressionNode.create(name, insert)
    })
    if (!first) return undefined
    const together = others.reduce(WithNode.cloneWithExpression, WithNode.create(first))
    return compiler.compileQuery({ ...last, with: together }, createQueryId()).sql
  }
  return (statements) => {
    if (statements.length < 2) return statements
    const key = statements.map(({ sql }) => sql).join(';')
    if (!merged.has(key)) merged.set(key, compile(insertsOf(statements)))
    const sql = merged.get(key)
    // What precedes in the text precedes in the parameters: they are those of the statements one after another.
    return sql === undefined
      ? statements
      : [{ keep: true, sql, parameters: statements.flatMap(({ parameters }) => parameters) }]
  }
}

/** The statements as inserts of given values into different tables; `undefined` when one of them is something else. */
function insertsOf(statements: readonly SqlStatement[]): readonly InsertQueryNode[] | undefined {
  const inserts = statements.flatMap(({ query }) => (query && isPlain(query) ? query : []))
  const tables = new Set(inserts.map(({ into }) => into?.table.identifier.name))
  return tables.size === statements.length ? inserts : undefined
}

function isPlain(query: RootOperationNode): query is InsertQueryNode {
  return (
    InsertQueryNode.is(query) && query.with === undefined && query.values !== undefined && ValuesNode.is(query.values)
  )
}

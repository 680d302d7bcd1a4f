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

/** The statement that some inserts make together: found by going from each to the next, as texts of this length are slow keys. */
interface Together {
  sql?: string
  readonly next: Map<RootOperationNode, Together>
}

/**
 * Inserts that follow each other, each into another table, are one statement, with the others as its `with`: one
 * trip through the client and the server, and where a unit is nothing else, no transaction around it. All of it sees
 * the same snapshot and happens in no order, which rows given as values do not notice; constraints are checked at
 * its end.
 */
export function createMerge(compiler: Pick<QueryCompiler, 'compileQuery'>): Merge {
  const known: Together = { next: new Map() }

  const textOf = (inserts: readonly InsertQueryNode[]): string => {
    let together = known
    for (const insert of inserts) {
      const next = together.next.get(insert) ?? { next: new Map() }
      together.next.set(insert, next)
      together = next
    }
    together.sql ??= compile(inserts)
    return together.sql
  }
  const compile = (inserts: readonly InsertQueryNode[]): string => {
    const expressions = inserts.map((insert, index) =>
      CommonTableExpressionNode.create(CommonTableExpressionNameNode.create(`insert_${index}`), insert),
    )
    const [first, ...others] = expressions.slice(0, -1)
    const last = inserts.at(-1)
    if (!first || !last) throw new Error('One insert is a statement already.')
    const before = others.reduce(WithNode.cloneWithExpression, WithNode.create(first))
    return compiler.compileQuery({ ...last, with: before }, createQueryId()).sql
  }
  const unite = (inserts: readonly Insert[]): readonly SqlStatement[] => {
    if (inserts.length < 2) return inserts.map(({ statement }) => statement)
    const sql = textOf(inserts.map(({ node }) => node))
    // What precedes in the text precedes in the parameters: they are those of the statements one after another.
    return [{ keep: true, sql, parameters: inserts.flatMap(({ statement }) => statement.parameters) }]
  }

  return (statements) => {
    const united: SqlStatement[] = []
    let inserts: Insert[] = []
    for (const statement of statements) {
      const insert = plainInsert(statement)
      if (insert && inserts.every(({ table }) => table !== insert.table)) inserts.push(insert)
      else {
        united.push(...unite(inserts))
        inserts = insert ? [insert] : []
        if (!insert) united.push(statement)
      }
    }
    return [...united, ...unite(inserts)]
  }
}

interface Insert {
  readonly statement: SqlStatement
  readonly node: InsertQueryNode
  readonly table: string
}

/** A statement that inserts given values and nothing else. */
function plainInsert(statement: SqlStatement): Insert | undefined {
  const node = statement.query
  if (!node || !InsertQueryNode.is(node) || node.with || !node.into) return undefined
  if (!node.values || !ValuesNode.is(node.values)) return undefined
  return { statement, node, table: node.into.table.identifier.name }
}

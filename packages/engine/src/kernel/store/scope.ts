import type {
  BinaryOperationNode,
  DeleteQueryNode,
  InsertQueryNode,
  OperationNode,
  RawNode,
  RootOperationNode,
  SelectModifierNode,
  UpdateQueryNode,
  WithNode,
} from 'kysely'
import {
  AliasNode,
  FromNode,
  IdentifierNode,
  JoinNode,
  ListNode,
  OnNode,
  SelectQueryNode,
  TableNode,
  UsingNode,
  WhereNode,
} from 'kysely'
import type { Rewrite } from './connection.ts'
import { mapChildren } from './node.ts'
import { withoutEmptyList } from './portable.ts'
import { all, belongs, keepsOwner, refuseScope } from './scope-condition.ts'
import { scopeInsert } from './scope-insert.ts'
import { checkRawSql } from './scope-raw.ts'

/** What the scope knows of the schema. */
export interface ScopedTables {
  /** Tables with an `org_id`. */
  readonly owned: ReadonlySet<string>
  /** The kernel's own tables without one. */
  readonly exempt: ReadonlySet<string>
}

/**
 * Confines a query to one organization: every table named anywhere in it gets `org_id = org` beside it, rows
 * inserted get the organization. What is not understood is refused, not passed.
 */
export function scopeTo(org: unknown, tables: ScopedTables): Rewrite {
  type Ctes = ReadonlySet<string>

  const isCte = (table: TableNode, ctes: Ctes): boolean => !table.table.schema && ctes.has(table.table.identifier.name)

  /** Adds what a table expression of a from, using or update clause must satisfy, and scopes what is nested in it. */
  const tableExpression = (node: OperationNode, ctes: Ctes, conditions: OperationNode[]): OperationNode => {
    const table = AliasNode.is(node) ? node.node : node
    if (TableNode.is(table)) {
      if (isCte(table, ctes)) return node
      const name = nameOf(table)
      if (tables.exempt.has(name)) return node
      const alias = AliasNode.is(node) ? node.alias : undefined
      if (alias && !IdentifierNode.is(alias)) return refuseScope(`the alias of "${name}"`)
      conditions.push(belongs(alias ? alias.name : name, org))
      return node
    }
    if (ListNode.is(node) || UsingNode.is(node) || FromNode.is(node)) {
      return mapChildren(node, (child) => tableExpression(child, ctes, conditions))
    }
    if (JoinNode.is(node)) return join(node, ctes, conditions)
    // Whatever else stands for a table (raw SQL, a function) may name one by itself.
    if (!SelectQueryNode.is(table)) return refuseScope(`a ${table.kind} as a table`)
    return scope(node, ctes)
  }

  const nameOf = (table: TableNode): string => {
    const name = table.table.identifier.name
    if (table.table.schema) return refuseScope(`a table of another schema ("${table.table.schema.name}.${name}")`)
    if (!tables.owned.has(name) && !tables.exempt.has(name)) return refuseScope(`"${name}": it has no org_id`)
    return name
  }

  const join = (node: JoinNode, ctes: Ctes, conditions: OperationNode[]): JoinNode => {
    const type = node.joinType
    const outer = type === 'LeftJoin' || type === 'LateralLeftJoin'
    if (
      !outer &&
      type !== 'InnerJoin' &&
      type !== 'CrossJoin' &&
      type !== 'LateralInnerJoin' &&
      type !== 'LateralCrossJoin'
    )
      return refuseScope(`a ${type}`)
    // The rows of an outer join are filtered where they are joined, or the rows without a partner would be lost.
    const own: OperationNode[] = outer ? [] : conditions
    const table = tableExpression(node.table, ctes, own)
    const on = node.on && mapChildren(node.on, (child) => scope(child, ctes))
    const rest = { ...node, table }
    if (!outer || own.length === 0) return on ? { ...rest, on } : rest
    return { ...rest, on: OnNode.create(all(own, on?.on)) }
  }

  const visible = (node: { readonly with?: WithNode }, ctes: Ctes): Ctes => {
    if (!node.with) return ctes
    const names = node.with.expressions.map((expression) => expression.name.table.table.identifier.name)
    for (const name of names) {
      if (tables.owned.has(name) || tables.exempt.has(name))
        refuseScope(`a common table expression named as the table "${name}"`)
    }
    return new Set([...ctes, ...names])
  }

  const withs = (node: WithNode, ctes: Ctes): WithNode => ({
    ...node,
    expressions: node.expressions.map((one) => ({ ...one, expression: scope(one.expression, ctes) })),
  })

  const query = (node: SelectQueryNode | UpdateQueryNode | DeleteQueryNode, outer: Ctes): RootOperationNode => {
    const ctes = visible(node, outer)
    if (node.kind !== 'SelectQueryNode' && node.endModifiers) return refuseScope('a raw modifier')
    const conditions: OperationNode[] = []
    const sources = new Set<unknown>([node.from, ...(node.joins ?? [])])
    if (node.kind === 'UpdateQueryNode') sources.add(node.table)
    if (node.kind === 'DeleteQueryNode') sources.add(node.using)
    if (node.kind === 'UpdateQueryNode') for (const update of node.updates ?? []) keepsOwner(update.column)
    const scoped = mapChildren<SelectQueryNode | UpdateQueryNode | DeleteQueryNode>(node, (child) =>
      sources.has(child) ? tableExpression(child, ctes, conditions) : scope(child, ctes),
    )
    if (conditions.length === 0) return scoped
    return { ...scoped, where: WhereNode.create(all(conditions, scoped.where?.where)) }
  }

  const insert = (node: InsertQueryNode, outer: Ctes): InsertQueryNode => {
    const ctes = visible(node, outer)
    const { into } = node
    if (node.endModifiers) return refuseScope('a raw modifier')
    if (!into || !TableNode.is(into)) return refuseScope('an insert into an alias')
    const name = nameOf(into)
    const scoped = mapChildren(node, (child) => (child === into ? child : scope(child, ctes)))
    for (const update of node.onConflict?.updates ?? []) keepsOwner(update.column)
    return tables.exempt.has(name) ? scoped : scopeInsert(scoped, name, org)
  }

  const scope = (node: OperationNode, ctes: Ctes): OperationNode => {
    switch (node.kind) {
      case 'SelectQueryNode':
      case 'UpdateQueryNode':
      case 'DeleteQueryNode':
        return query(node as SelectQueryNode, ctes)
      case 'InsertQueryNode':
        return insert(node as InsertQueryNode, ctes)
      case 'WithNode':
        return withs(node as WithNode, ctes)
      case 'TableNode':
        return isCte(node as TableNode, ctes)
          ? node
          : refuseScope(`"${(node as TableNode).table.identifier.name}" in this place`)
      case 'RawNode':
        checkRawSql(node as RawNode)
        return mapChildren(node, (child) => scope(child, ctes))
      case 'BinaryOperationNode':
        return mapChildren(withoutEmptyList(node as BinaryOperationNode), (child) => scope(child, ctes))
      case 'SelectModifierNode':
        if ((node as SelectModifierNode).rawModifier) return refuseScope('a raw modifier')
        return mapChildren(node, (child) => scope(child, ctes))
      case 'MergeQueryNode':
      case 'SchemableIdentifierNode':
        return refuseScope(`a ${node.kind}`)
      default:
        return mapChildren(node, (child) => scope(child, ctes))
    }
  }

  const none: Ctes = new Set()
  return (node) => {
    if (node.kind === 'SelectQueryNode' || node.kind === 'UpdateQueryNode' || node.kind === 'DeleteQueryNode')
      return query(node, none)
    if (node.kind === 'InsertQueryNode') return insert(node, none)
    return refuseScope(node.kind === 'RawNode' ? 'a statement that is raw SQL' : `a ${node.kind}`)
  }
}

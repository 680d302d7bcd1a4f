import type { InsertQueryNode, OperationNode, ValuesItemNode } from 'kysely'
import {
  AliasNode,
  ColumnNode,
  IdentifierNode,
  PrimitiveValueListNode,
  SelectionNode,
  SelectQueryNode,
  ValueListNode,
  ValueNode,
  ValuesNode,
  WhereNode,
} from 'kysely'
import { all, belongs, refuseScope } from './scope-condition.ts'

/** Every inserted row gets the organization; an upsert changes a row only where the row is the organization's. */
export function scopeInsert(node: InsertQueryNode, table: string, org: unknown): InsertQueryNode {
  // REPLACE deletes whatever row stands in the way, also another organization's.
  if (node.replace || node.orAction?.action === 'replace') return refuseScope('a replace')
  if (node.onDuplicateKey) return refuseScope('on duplicate key')
  const owned = withOwner(node, org)
  const conflict = owned.onConflict
  if (!conflict?.updates) return owned
  const updateWhere = WhereNode.create(all([belongs(table, org)], conflict.updateWhere?.where))
  return { ...owned, onConflict: { ...conflict, updateWhere } }
}

function withOwner(node: InsertQueryNode, org: unknown): InsertQueryNode {
  const columns = node.columns ?? []
  const named = columns.findIndex((one) => one.column.name === 'org_id')
  if (named >= 0) {
    if (!node.values || !ValuesNode.is(node.values)) return refuseScope('an insert that selects org_id')
    for (const row of node.values.values) checkOwner(row, named, org)
    return node
  }
  const withColumn = { ...node, columns: [...columns, ColumnNode.create('org_id')] }
  if (node.defaultValues || !node.values) {
    return { ...withColumn, defaultValues: false, values: ValuesNode.create([PrimitiveValueListNode.create([org])]) }
  }
  return { ...withColumn, values: ownedValues(node.values, org) }
}

function ownedValues(values: OperationNode, org: unknown): OperationNode {
  if (ValuesNode.is(values)) return ValuesNode.create(values.values.map((row) => ownedRow(row, org)))
  if (SelectQueryNode.is(values)) {
    if (values.setOperations) return refuseScope('an insert from a union')
    return SelectQueryNode.cloneWithSelections(values, [
      SelectionNode.create(AliasNode.create(ValueNode.create(org), IdentifierNode.create('org_id'))),
    ])
  }
  return refuseScope(`an insert from a ${values.kind}`)
}

function ownedRow(row: ValuesItemNode, org: unknown): ValuesItemNode {
  return ValueListNode.is(row)
    ? ValueListNode.create([...row.values, ValueNode.create(org)])
    : PrimitiveValueListNode.create([...row.values, org])
}

function checkOwner(row: ValuesItemNode, index: number, org: unknown): void {
  const item = row.values[index]
  const value = ValueListNode.is(row) && ValueNode.is(item as OperationNode) ? (item as ValueNode).value : item
  if (value !== org) refuseScope(`an insert into another organization (${String(value)})`)
}

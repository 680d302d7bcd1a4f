import type { OperationNode } from 'kysely'
import {
  AndNode,
  BinaryOperationNode,
  ColumnNode,
  OperatorNode,
  ParensNode,
  ReferenceNode,
  TableNode,
  ValueNode,
} from 'kysely'

const owner = ColumnNode.create('org_id')
const equals = OperatorNode.create('=')

/** `table.org_id = org` */
export function belongs(table: string, org: unknown): OperationNode {
  return BinaryOperationNode.create(ReferenceNode.create(owner, TableNode.create(table)), equals, ValueNode.create(org))
}

/** All of `conditions` and `other`, which keeps to itself in parentheses: it may hold an unguarded `or`. */
export function all(conditions: readonly OperationNode[], other: OperationNode | undefined): OperationNode {
  const parts = other ? [...conditions, ParensNode.create(other)] : conditions
  return parts.reduce((left, right) => AndNode.create(left, right))
}

export function refuseScope(what: string): never {
  throw new Error(`in(org) cannot scope ${what}; if it must reach across organizations, use across(reason).`)
}

/** A row stays with its organization. */
export function keepsOwner(target: OperationNode): void {
  const name = ReferenceNode.is(target) ? target.column : target
  if (ColumnNode.is(name) && name.column.name === 'org_id') refuseScope('an update of org_id')
}

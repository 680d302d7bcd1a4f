import type { OperationNode, RootOperationNode } from 'kysely'
import { BinaryOperationNode, OperatorNode, PrimitiveValueListNode, ValueListNode, ValueNode } from 'kysely'
import { mapChildren } from './node.ts'

/** `x in ()`, which PostgreSQL does not parse, as a comparison that has the same value. */
export function withoutEmptyList(node: BinaryOperationNode): BinaryOperationNode {
  const list = node.rightOperand
  if (!PrimitiveValueListNode.is(list) && !ValueListNode.is(list)) return node
  if (list.values.length > 0 || !OperatorNode.is(node.operator)) return node
  if (node.operator.operator === 'in') return BinaryOperationNode.create(one, equals, zero)
  if (node.operator.operator === 'not in') return BinaryOperationNode.create(one, equals, one)
  return node
}

const equals = OperatorNode.create('=')
const one = ValueNode.createImmediate(1)
const zero = ValueNode.createImmediate(0)

/** Makes a query mean the same on both databases. */
export function portable(node: RootOperationNode): RootOperationNode {
  const visit = (child: OperationNode): OperationNode =>
    mapChildren(BinaryOperationNode.is(child) ? withoutEmptyList(child) : child, visit)
  return mapChildren(node, visit)
}

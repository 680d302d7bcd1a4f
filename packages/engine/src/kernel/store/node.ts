import type { OperationNode } from 'kysely'

/** Nodes without queries or tables below them. `ValueNode` must not be entered: its value may look like a node. */
const leaves = new Set<string>([
  'ValueNode',
  'PrimitiveValueListNode',
  'ReferenceNode',
  'ColumnNode',
  'IdentifierNode',
  'OperatorNode',
  'DataTypeNode',
])

function isNode(value: unknown): value is OperationNode {
  return typeof value === 'object' && value !== null && 'kind' in value
}

/** `node` with `change` applied to each child; the same object when nothing changed. */
export function mapChildren<N extends OperationNode>(node: N, change: (child: OperationNode) => OperationNode): N {
  if (leaves.has(node.kind)) return node
  let changed: Record<string, unknown> | undefined
  for (const [key, value] of Object.entries(node)) {
    const mapped = Array.isArray(value) ? mapList(value, change) : isNode(value) ? change(value) : value
    if (mapped !== value) {
      changed = { ...(changed ?? node), [key]: mapped }
    }
  }
  return changed ? (changed as unknown as N) : node
}

function mapList(list: readonly unknown[], change: (child: OperationNode) => OperationNode): readonly unknown[] {
  let changed: unknown[] | undefined
  list.forEach((item, index) => {
    if (!isNode(item)) return
    const mapped = change(item)
    if (mapped !== item) {
      changed ??= [...list]
      changed[index] = mapped
    }
  })
  return changed ?? list
}

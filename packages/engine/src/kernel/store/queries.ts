import type { Kysely, RootOperationNode } from 'kysely'
import type { KyselyFactory, Run } from './connection.ts'
import { portable } from './portable.ts'
import type { ScopedTables } from './scope.ts'
import { scopeTo } from './scope.ts'
import type { Queries, Tables } from './store.ts'

/** Makes the scoped and the unscoped way to query over something that runs statements. */
export type QueriesOver = (run: Run) => Queries

const reading = /^\s*(?:select|with|pragma|explain)\b/i

function refuseWrites(node: RootOperationNode): void {
  if (node.kind === 'SelectQueryNode') return
  if (node.kind === 'RawNode' && reading.test(node.sqlFragments[0] ?? '')) return
  throw new Error('Every write happens in a unit of work: use store.unit(…).')
}

/** `tables` is asked at each query: it is known only after the migrations. */
export function createQueries(
  make: KyselyFactory,
  tables: () => ScopedTables,
): { readonly inUnit: QueriesOver; readonly reading: QueriesOver } {
  const over = (run: Run, check: (node: RootOperationNode) => void): Queries => {
    let unscoped: Kysely<Tables> | undefined
    return {
      in(org) {
        const scope = scopeTo(org, tables())
        return make(run, (node) => {
          check(node)
          return scope(node)
        })
      },
      across() {
        unscoped ??= make(run, (node) => {
          check(node)
          return portable(node)
        })
        return unscoped
      },
    }
  }
  return { inUnit: (run) => over(run, () => {}), reading: (run) => over(run, refuseWrites) }
}

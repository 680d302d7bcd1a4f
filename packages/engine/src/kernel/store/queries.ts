import type { Kysely, RootOperationNode } from 'kysely'
import type { KyselyFactory, Run, SqlStatement } from './connection.ts'
import { portable } from './portable.ts'
import type { ScopedTables } from './scope.ts'
import { scopeTo } from './scope.ts'
import type { Prepared, Statement } from './statement.ts'
import { prepareStatement } from './statement.ts'
import type { Queries, Store, Tables } from './store.ts'

/**
 * Makes the ways to query over something that runs statements. `later` takes one that has no rows: who asked for
 * it need not wait until it has been run.
 */
export type QueriesOver = (run: Run, later?: (statement: SqlStatement) => void) => Queries

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
  dialect: Store['dialect'],
): { readonly inUnit: QueriesOver; readonly reading: QueriesOver } {
  const refuse = async (): Promise<never> => {
    throw new Error('A statement is built here, and run by queries.run(…).')
  }
  const over = (check: (node: RootOperationNode) => void): QueriesOver => {
    const prepared = new Map<unknown, Prepared>()
    const scoped = (run: Run, org: unknown) => {
      const scope = scopeTo(org, tables())
      return make<Tables>(run, (node) => {
        check(node)
        return scope(node)
      })
    }
    const unscoped = (run: Run) =>
      make<Tables>(run, (node) => {
        check(node)
        return portable(node)
      })
    const prepare = <P, O>(statement: Statement<P, O>): Prepared => {
      const made = prepareStatement(statement, (owner) => (owner ? scoped(refuse, owner) : unscoped(refuse)), dialect)
      prepared.set(statement, made)
      return made
    }
    return (run, later) => {
      let open: Kysely<Tables> | undefined
      return {
        in: (org) => scoped(run, org),
        across() {
          open ??= unscoped(run)
          return open
        },
        async run(statement, parameters) {
          const { silent, bind } = prepared.get(statement) ?? prepare(statement)
          if (silent && later) {
            later(bind(parameters))
            return []
          }
          return (await run(bind(parameters))).rows as never
        },
      }
    }
  }
  return { inUnit: over(() => {}), reading: over(refuseWrites) }
}

import type { CompiledQuery, Dialect, QueryExecutor, QueryResult, RootOperationNode } from 'kysely'
import { Kysely } from 'kysely'

/** SQL text and what its placeholders stand for. */
export interface SqlStatement {
  readonly sql: string
  readonly parameters: readonly unknown[]
  /** Runs often with other values: the database may keep what it has worked out for it. */
  readonly keep?: true
  /** What it was compiled from, where it can be made part of another statement. */
  readonly query?: RootOperationNode
}

/** Runs one compiled statement. */
export type Run = (query: SqlStatement) => Promise<QueryResult<unknown>>

/** Changes a query before it is compiled; throws when it must not run. */
export type Rewrite = (node: RootOperationNode) => RootOperationNode

/** A Kysely whose queries are rewritten by `rewrite` and run by `run`. */
export type KyselyFactory = <T>(run: Run, rewrite: Rewrite) => Kysely<T>

const refuse = async (): Promise<never> => {
  throw new Error('Transactions and connections belong to the store: use store.unit(…).')
}

function refusePlugin(): never {
  throw new Error('The store takes no plugin, schema or connection of its own.')
}

/**
 * Makes the ways to build a Kysely over one dialect. The rewrite happens where a query is compiled, not as a
 * plugin: it cannot be taken off (`withoutPlugins`), it is applied once to a whole query with everything
 * nested in it, and a query compiled elsewhere is refused.
 */
export function createKyselyFactory(dialect: Pick<Dialect, 'createQueryCompiler' | 'createAdapter'>): KyselyFactory {
  const compiler = dialect.createQueryCompiler()
  const adapter = dialect.createAdapter()
  const driver = {
    init: refuse,
    acquireConnection: refuse,
    beginTransaction: refuse,
    commitTransaction: refuse,
    rollbackTransaction: refuse,
    releaseConnection: refuse,
    destroy: refuse,
  }
  const kyselyDialect: Dialect = {
    createDriver: () => driver,
    createQueryCompiler: () => compiler,
    createAdapter: () => adapter,
    createIntrospector: () => {
      throw new Error('The store has no introspection.')
    },
  }
  const config = { dialect: kyselyDialect }

  return <T>(run: Run, rewrite: Rewrite): Kysely<T> => {
    const ours = new WeakSet<RootOperationNode>()
    const executor: QueryExecutor = {
      adapter,
      plugins: [],
      transformQuery: (node) => node,
      compileQuery<R>(
        node: RootOperationNode,
        queryId: Parameters<QueryExecutor['compileQuery']>[1],
      ): CompiledQuery<R> {
        const rewritten = rewrite(node)
        ours.add(rewritten)
        return compiler.compileQuery(rewritten, queryId) as CompiledQuery<R>
      },
      async executeQuery<R>(query: CompiledQuery<R>): Promise<QueryResult<R>> {
        if (!ours.has(query.query)) throw new Error('This query was compiled elsewhere and cannot run here.')
        return (await run(query)) as QueryResult<R>
      },
      stream() {
        throw new Error('The store does not stream; page through the rows.')
      },
      provideConnection: refuse,
      withConnectionProvider: refusePlugin,
      withPlugin: refusePlugin,
      withPlugins: refusePlugin,
      withPluginAtFront: refusePlugin,
      withoutPlugins: () => executor,
    }
    return new Kysely<T>({ config, driver, executor, dialect: kyselyDialect })
  }
}

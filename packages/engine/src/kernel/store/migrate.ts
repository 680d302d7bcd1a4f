import type { ColumnDefinitionNode, CreateTableNode, Kysely, OperationNode, RootOperationNode } from 'kysely'
import { DataTypeNode, RawNode } from 'kysely'
import type { Rewrite } from './connection.ts'
import type { Migration } from './migration.ts'
import { mapChildren } from './node.ts'

/** What this version knows; which of it a database has is recorded in its `migration` table. */
export interface MigrationPlan {
  readonly migrations: readonly Migration[]
  /** Those the database does not have yet, in order. Throws when it has one that this version does not know. */
  pending(recorded: readonly string[]): readonly Migration[]
}

const name = /^[a-z][a-z0-9-]*-\d{4}-[a-z0-9-]+$/

export function planMigrations(migrations: readonly Migration[]): MigrationPlan {
  const known = new Set<string>()
  for (const { id } of migrations) {
    if (!name.test(id)) throw new Error(`The migration "${id}" must be named noun-0001-what.`)
    if (known.has(id)) throw new Error(`There are two migrations named "${id}".`)
    known.add(id)
  }
  return {
    migrations,
    pending(recorded) {
      const unknown = recorded.filter((id) => !known.has(id))
      if (unknown.length > 0) {
        throw new Error(
          `The database has migrations that this version does not know (${unknown.join(', ')}): a newer version has written it. Start that version, or restore a backup.`,
        )
      }
      const has = new Set(recorded)
      return migrations.filter(({ id }) => !has.has(id))
    },
  }
}

/** The record of migrations; the one table that exists before any of them. */
export const migrationTable = 'create table if not exists migration (id text primary key, at bigint not null)'

/** Runs and records each; the caller has the lock and the transaction. */
export async function runMigrations(
  pending: readonly Migration[],
  db: Kysely<unknown>,
  record: (id: string) => Promise<void>,
): Promise<void> {
  for (const migration of pending) {
    try {
      await migration.up(db)
    } catch (error) {
      throw new Error(
        `The migration "${migration.id}" failed: ${error instanceof Error ? error.message : String(error)}`,
        {
          cause: error,
        },
      )
    }
    await record(migration.id)
  }
}

// SQLite checks types only in strict tables, which know these names only.
const sqliteTypes: Readonly<Record<string, string>> = {
  text: 'text',
  bigint: 'integer',
  integer: 'integer',
  'double precision': 'real',
}
// Ids and times in text must sort as bytes, whatever the locale of the database is.
const postgresTypes: Readonly<Record<string, string>> = {
  ...sqliteTypes,
  bigint: 'bigint',
  text: 'text collate "C"',
  'double precision': 'double precision',
}

/** Makes the schema of a migration mean the same on both databases. */
export function portableSchema(dialect: 'sqlite' | 'postgres'): Rewrite {
  const types = dialect === 'sqlite' ? sqliteTypes : postgresTypes

  const typed = (node: ColumnDefinitionNode): ColumnDefinitionNode => {
    const type = DataTypeNode.is(node.dataType) && types[node.dataType.dataType]
    if (!type)
      throw new Error(
        `The column "${node.column.column.name}" needs a type of the portable subset (column.text, column.time, …).`,
      )
    return { ...node, dataType: RawNode.createWithSql(type) }
  }
  const rewrite = (node: OperationNode): OperationNode => {
    if (node.kind === 'ColumnDefinitionNode') return typed(node as ColumnDefinitionNode)
    return mapChildren(node, rewrite)
  }
  return (node) => {
    const rewritten = rewrite(node) as RootOperationNode
    return dialect === 'sqlite' && rewritten.kind === 'CreateTableNode' ? strict(rewritten) : rewritten
  }
}

function strict(node: CreateTableNode): CreateTableNode {
  return { ...node, endModifiers: [...(node.endModifiers ?? []), RawNode.createWithSql('strict')] }
}

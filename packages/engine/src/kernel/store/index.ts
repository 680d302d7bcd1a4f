export type { Migration } from './migration.ts'
export { column } from './migration.ts'
export { openStore } from './open.ts'
export type { Queries, Store, Unit } from './store.ts'

/** Whether another unit wrote a value first that must be unique (`unique_violation`). On SQLite they come one after another. */
export function isTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '23505'
}

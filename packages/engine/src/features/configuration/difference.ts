import { isDeepStrictEqual } from 'node:util'

/** What was done about one declared object. */
export interface Done {
  readonly name: string
  readonly outcome: 'created' | 'updated' | 'unchanged'
  /** Names of the members that changed. */
  readonly members?: readonly string[]
}

/** The declared members that are not as they are; what is not declared is left out. */
export function difference<T extends object>(declared: Partial<T>, actual: T): Partial<T> | undefined {
  const changed: Partial<T> = {}
  let any = false
  for (const key of Object.keys(declared) as (keyof T)[]) {
    const value = declared[key]
    if (value === undefined || isDeepStrictEqual(value, actual[key])) continue
    changed[key] = value
    any = true
  }
  return any ? changed : undefined
}

type Optional<T> = { [K in keyof T]: undefined extends T[K] ? K : never }[keyof T]
/** Members that could be undefined may be absent instead. */
export type Defined<T> = Omit<T, Optional<T>> & { [K in Optional<T>]?: Exclude<T[K], undefined> }

/** Without the members that are undefined. */
export function defined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as Defined<T>
}

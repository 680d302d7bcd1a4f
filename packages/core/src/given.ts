type Given<T> = { [K in keyof T]?: NonNullable<T[K]> }

/** What is there: without what is undefined or empty. */
export const given = <T extends object>(values: T): Given<T> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined && value !== '')) as Given<T>

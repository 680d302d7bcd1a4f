/** A page of a list. `after` is the opaque cursor of the next page. */
export interface Page<T> {
  readonly items: readonly T[]
  readonly next: string | undefined
}

export interface PageRequest {
  /** 1 to 100. */
  readonly limit: number
  readonly after?: string
  /** Free text over the noun's names. */
  readonly search?: string
}

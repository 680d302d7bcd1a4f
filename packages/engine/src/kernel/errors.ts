import type { ErrorCode, ErrorParams } from '@cardea/protocol'

/** How a code is shown on each surface. Its text lives in `@cardea/locales`. */
export interface ErrorDefinition {
  readonly status: number
  /** `error` of RFC 6749 §5.2 / §4.1.2.1, where the code can reach an OAuth surface. */
  readonly oauth?: string
  /** The app-native code (`ABA-60001`), where it can reach the app-native surface. */
  readonly native?: string
}

const mark = Symbol('failure')

/** An expected refusal: a code with its parameters, thrown by any step and rendered once by the route's surface. */
export interface Failure<C extends ErrorCode = ErrorCode> extends Error {
  readonly [mark]: true
  readonly code: C
  readonly params: ErrorParams[C]
  readonly definition: ErrorDefinition
  readonly headers: Readonly<Record<string, string>>
}

export type Definitions = { readonly [C in ErrorCode]?: ErrorDefinition }

/** Makes a failure of one of a folder's codes. `headers` are added to the answer (`WWW-Authenticate`, `Retry-After`). */
export type Fail<D extends Definitions> = <C extends keyof D & ErrorCode>(
  code: C,
  ...rest: Record<never, never> extends ErrorParams[C]
    ? [params?: ErrorParams[C], headers?: Record<string, string>]
    : [params: ErrorParams[C], headers?: Record<string, string>]
) => Failure<C>

/**
 * Defines a folder's error codes. A code must be listed in `@cardea/protocol` and have English in
 * `@cardea/locales`, or this does not compile. A fresh object is made for every failure: nothing of one
 * request can be seen in another's.
 */
export function defineErrors<const D extends Definitions>(definitions: D): Fail<D> {
  return (code, ...rest) => {
    const [params, headers] = rest
    const definition = definitions[code]
    if (!definition) throw new Error(`error code '${code}' is not defined here`)
    return Object.assign(new Error(code), {
      [mark]: true as const,
      code,
      params: (params ?? {}) as ErrorParams[typeof code],
      definition,
      headers: headers ?? {},
    })
  }
}

/** Whether a thrown value is an expected refusal (and not a defect). */
export function isFailure(thrown: unknown): thrown is Failure {
  return thrown instanceof Error && mark in thrown
}

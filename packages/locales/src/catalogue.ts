import type { ErrorCode, ErrorParams } from '@cardea/protocol'

/** A text, or how one is made of its parameters. */
export type Text<P> = string | ((params: P) => string)

/** A text for every error code: a code without one does not compile. */
export type ErrorCatalogue = { readonly [C in ErrorCode]: Text<ErrorParams[C]> }

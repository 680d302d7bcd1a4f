import type { ApiErrors } from './api.ts'
import type { BffErrors } from './bff.ts'
import type { FlowErrors } from './flow.ts'
import type { OAuthErrors } from './oauth.ts'
import type { RequestErrors } from './request.ts'

/**
 * Every error code and the parameters its text needs. A code is defined once in the engine (status, wire
 * form), has its text in `@cardea/locales`, and reaches the SDK as the same code.
 */
export interface ErrorParams extends RequestErrors, OAuthErrors, FlowErrors, ApiErrors, BffErrors {}

export type ErrorCode = keyof ErrorParams

export type { FlowErrors }

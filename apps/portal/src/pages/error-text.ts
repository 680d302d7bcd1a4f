import { errors } from '@cardea/locales/en/errors'
import type { ErrorCode } from '@cardea/protocol'

/** What a person reads for an error of the engine or its API. */
export function errorText(code: string, params: Readonly<Record<string, unknown>>): string {
  const text = Object.hasOwn(errors, code) ? errors[code as ErrorCode] : errors['request.internal']
  // The code decides what its params are; both come from the same engine.
  return typeof text === 'string' ? text : (text as (params: Readonly<Record<string, unknown>>) => string)(params)
}

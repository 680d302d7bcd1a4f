import { errors } from '@cardea/locales/en/errors'
import type { ErrorCode } from '@cardea/protocol'

/** Parameters that travelled as text: counts and seconds are numbers to the catalogue. */
const typed = (params: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(
    Object.entries(params).map(([name, value]) => [name, /^\d{1,9}$/.test(String(value)) ? Number(value) : value]),
  )

/** What a person reads for an error of the engine or its API. */
export function errorText(code: string, params: Readonly<Record<string, unknown>>): string {
  const text = Object.hasOwn(errors, code) ? errors[code as ErrorCode] : errors['request.internal']
  // The code decides what its params are; both come from the same engine.
  return typeof text === 'string'
    ? text
    : (text as (params: Readonly<Record<string, unknown>>) => string)(typed(params))
}

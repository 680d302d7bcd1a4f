import { defineErrors } from '../errors.ts'

/** What is refused before a route sees a request. */
export const requestErrors = defineErrors({
  'request.not_found': { status: 404, oauth: 'invalid_request', native: 'ABA-60001' },
  'request.method_not_allowed': { status: 405, oauth: 'invalid_request', native: 'ABA-60001' },
  'request.content_type': { status: 415, oauth: 'invalid_request', native: 'ABA-60001' },
  'request.too_large': { status: 413, oauth: 'invalid_request', native: 'ABA-60001' },
  'request.malformed_json': { status: 400, oauth: 'invalid_request', native: 'ABA-60001' },
  'request.duplicate_parameter': { status: 400, oauth: 'invalid_request', native: 'ABA-60001' },
  'request.bad_characters': { status: 400, oauth: 'invalid_request', native: 'ABA-60001' },
  'request.missing_parameter': { status: 400, oauth: 'invalid_request', native: 'ABA-60001' },
  'request.invalid_parameter': { status: 400, oauth: 'invalid_request', native: 'ABA-60001' },
  'request.rate_limited': { status: 429, oauth: 'temporarily_unavailable', native: 'ABA-60001' },
  'request.token_required': { status: 401, oauth: 'invalid_token' },
  'request.token_invalid': { status: 401, oauth: 'invalid_token' },
  'request.insufficient_scope': { status: 403, oauth: 'insufficient_scope' },
  'request.internal': { status: 500, oauth: 'server_error', native: 'ABA-65001' },
})

/** RFC 8707 §2 and RFC 8693 §2.1 let these occur several times. */
const repeatable: ReadonlySet<string> = new Set(['resource', 'audience'])

/** NUL would end a string for other software and a lone surrogate cannot be stored or signed: neither is a value. */
function checkCharacters(name: string, value: string): void {
  if (value.includes('\0') || !value.isWellFormed())
    throw requestErrors('request.bad_characters', { name: name.slice(0, 64) })
}

/** Form-encoded parameters, each name once (RFC 6749 §3.1). `omitEmpty`: one without a value is one that is not there. */
export function parseParameters(encoded: string, omitEmpty: boolean): Map<string, string> {
  const values = new Map<string, string>()
  if (encoded === '') return values
  for (const [name, value] of new URLSearchParams(encoded)) {
    checkCharacters(name, name)
    checkCharacters(name, value)
    const before = values.get(name)
    if (before === undefined) values.set(name, value)
    else if (repeatable.has(name)) values.set(name, `${before} ${value}`)
    else throw requestErrors('request.duplicate_parameter', { name: name.slice(0, 64) })
  }
  if (omitEmpty) for (const [name, value] of values) if (value === '') values.delete(name)
  return values
}

/** Walks parsed JSON; refuses bad characters, `__proto__` and nesting over 32 levels. */
export function checkJson(value: unknown, name = 'body', depth = 0): void {
  if (typeof value === 'string') checkCharacters(name, value)
  if (typeof value !== 'object' || value === null) return
  if (depth > 32) throw requestErrors('request.malformed_json')
  for (const [key, member] of Object.entries(value)) {
    checkCharacters(key, key)
    if (key === '__proto__') throw requestErrors('request.invalid_parameter', { name: key, reason: 'is not a member' })
    checkJson(member, key, depth + 1)
  }
}

/** What can be wrong with any request, before its route looks at it. */
export interface RequestErrors {
  'request.not_found': { path: string }
  'request.method_not_allowed': { method: string; allowed: string }
  'request.content_type': { expected: string }
  'request.too_large': { maxBytes: number }
  'request.malformed_json': Record<never, never>
  'request.duplicate_parameter': { name: string }
  'request.bad_characters': { name: string }
  'request.missing_parameter': { name: string }
  'request.invalid_parameter': { name: string; reason: string }
  'request.rate_limited': { seconds: number }
  'request.token_required': Record<never, never>
  'request.token_invalid': Record<never, never>
  'request.insufficient_scope': { scope: string }
  'request.internal': Record<never, never>
}

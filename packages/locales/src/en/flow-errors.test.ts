import type { ErrorCode } from '@cardea/protocol'
import { expect, test } from 'vitest'
import { en } from './index.ts'

/** What the routes of the BFF's sign-in send a page back with, behind `cardea_error`: a code without its parameters. */
const behindAddress: readonly ErrorCode[] = [
  'bff.issuer_unreachable',
  'bff.client_refused',
  'bff.sign_in_failed',
  'bff.transaction_missing',
  'authorization.access_denied',
  'authorization.consent_required',
  'authorization.interaction_required',
  'authorization.login_required',
  'authorization.unmet_requirements',
  'request.rate_limited',
  'flow.superseded',
  'flow.wait',
]

/** What they answer besides. */
const asAnswer: readonly ErrorCode[] = [
  'bff.csrf',
  'authorization.native_not_enabled',
  'request.content_type',
  'request.duplicate_parameter',
  'request.internal',
  'request.invalid_parameter',
  'request.malformed_json',
  'request.too_large',
  'flow.unknown',
]

const words = (code: ErrorCode, params: object): string | undefined => {
  const text = en.errors[code]
  return typeof text === 'function' ? (text as (given: object) => string)(params) : text
}

test.each(behindAddress)('%s says what it means, without parameters too', (code) => {
  expect(words(code, {})).toMatch(/^[A-Z].*[.]$/)
  expect(words(code, {})).not.toMatch(/undefined|NaN/)
})

test.each(asAnswer)('%s has a text', (code) => {
  expect(words(code, { name: 'n', reason: 'r', expected: 'e', maxBytes: 1 })).toMatch(/^[A-Z].*[.]$/)
})

import { describe, expect, test } from 'vitest'
import type { Condition, Facts } from './index.ts'
import { evaluate } from './index.ts'

const facts: Facts = {
  account: {
    username: 'tara@demo.test',
    enrolled: ['password', 'totp'],
    attributes: { mfa: 'totp', level: 3, vip: true },
  },
  request: { acr_values: [], client: undefined },
}

const table: readonly [boolean, Condition][] = [
  [true, { field: 'account.attributes.mfa', operator: 'equals', value: 'totp' }],
  [false, { field: 'account.attributes.mfa', operator: 'equals', value: 'TOTP' }],
  [true, { field: 'account.attributes.mfa', operator: 'not_equals', value: 'passkey' }],
  [true, { field: 'account.attributes.missing', operator: 'not_equals', value: 'x' }],
  [true, { field: 'account.attributes.vip', operator: 'equals', value: true }],
  [false, { field: 'account.attributes.vip', operator: 'equals', value: 'true' }],
  [true, { field: 'account.attributes.mfa', operator: 'in', value: ['totp', 'passkey'] }],
  [false, { field: 'account.attributes.missing', operator: 'in', value: ['totp'] }],
  [true, { field: 'account.attributes.missing', operator: 'not_in', value: ['totp'] }],
  [true, { field: 'account.enrolled', operator: 'contains', value: 'totp' }],
  [false, { field: 'account.enrolled', operator: 'contains', value: 'passkey' }],
  [true, { field: 'account.username', operator: 'contains', value: '@demo' }],
  [false, { field: 'account.attributes.level', operator: 'contains', value: 3 }],
  [true, { field: 'account.username', operator: 'starts_with', value: 'tara' }],
  [true, { field: 'account.username', operator: 'ends_with', value: 'demo.test' }],
  [true, { field: 'account.attributes.level', operator: 'greater_than', value: 2 }],
  [false, { field: 'account.attributes.level', operator: 'less_than', value: 3 }],
  [false, { field: 'account.username', operator: 'greater_than', value: 2 }],
  [true, { field: 'account.attributes', operator: 'exists' }],
  [false, { field: 'request.client', operator: 'exists' }],
  [false, { field: 'request.client.deeper', operator: 'exists' }],
  [true, { all: [] }],
  [false, { any: [] }],
  [true, { not: { any: [] } }],
  [
    true,
    {
      all: [
        { field: 'account.enrolled', operator: 'contains', value: 'totp' },
        { not: { field: 'request.acr_values', operator: 'contains', value: 'multi' } },
      ],
    },
  ],
]

test.each(table)('%s: %j', (expected, condition) => {
  expect(evaluate(condition, facts)).toBe(expected)
})

describe('T-PRO-01 a path never leaves the facts', () => {
  test.each([
    '__proto__',
    'constructor',
    'account.__proto__',
    'account.constructor.name',
    'account.toString',
    'account.enrolled.length',
    'account.enrolled.0',
    'account.username.length',
    'hasOwnProperty',
  ])('%s leads nowhere', (field) => {
    expect(evaluate({ field, operator: 'exists' }, facts)).toBe(false)
  })
})

import type { AccountId } from '@cardea/protocol'
import { describe, expect, test } from 'vitest'
import type { AuthorizationRequest } from '../authorization/index.ts'
import type { ProvenFactor } from '../session/index.ts'
import { acrMulti, acrSingle } from '../session/index.ts'
import type { Situation, Traits } from './advance.ts'
import { advance } from './advance.ts'
import type { FlowRecord, NextStep, SignInPolicy } from './index.ts'
import { defaultPolicy } from './policy.ts'

const enrol: Traits['enrol'] = { prompt: async () => Promise.reject(), verify: async () => Promise.reject() }
const traits = new Map<string, Traits>([
  ['identifier', { proves: 'identity', withoutSubject: true }],
  ['password', { proves: 'knowledge', withoutSubject: true }],
  ['passkey', { proves: 'possession', withoutSubject: true, enrol }],
  ['totp', { proves: 'possession', withoutSubject: false, enrol }],
  ['email-otp', { proves: 'possession', withoutSubject: false }],
])

const now = 1_000_000
const proof = (authenticator: string, amr: string[], at = now): ProvenFactor => ({ authenticator, amr, at })
const password = proof('password', ['pwd'])
const totp = proof('totp', ['otp'])
const passkey = proof('passkey', ['hwk', 'user'])
const account: AccountId = 'usr_ann'

const request: AuthorizationRequest = {
  clientId: 'app',
  redirectUri: 'https://app.example/cb',
  responseType: 'code',
  responseMode: 'query',
  scope: ['openid'],
  state: undefined,
  nonce: undefined,
  codeChallenge: undefined,
  prompt: [],
  maxAge: undefined,
  acrValues: [],
  loginHint: undefined,
  hintedSubject: undefined,
  claims: undefined,
  resource: [],
  uiLocales: [],
}

interface Case {
  readonly policy?: SignInPolicy
  readonly account?: AccountId
  readonly done?: readonly ProvenFactor[]
  readonly skipped?: readonly string[]
  readonly consent?: FlowRecord['consent']
  readonly enrolled?: readonly string[]
  readonly attributes?: Record<string, string>
  readonly acr?: string
  readonly essential?: string
}

function next(one: Case): NextStep {
  const enrolled = one.enrolled ?? []
  const situation: Situation = {
    facts: {
      request: { acr_values: one.acr ? [one.acr] : [] },
      account: one.done?.length ? { enrolled, attributes: one.attributes ?? {} } : undefined,
    },
    enrolled: new Set(enrolled),
    now,
  }
  const claims = one.essential ? { idToken: { acr: { essential: true, value: one.essential } } } : undefined
  return advance(
    {
      policy: one.policy ?? defaultPolicy,
      account: one.account,
      done: one.done ?? [],
      skipped: one.skipped ?? [],
      consent: one.consent ?? 'not-needed',
      request: { ...request, claims },
    },
    situation,
    traits,
  )
}

const second = (enrolMode: 'required' | 'offer' | 'never', more = {}): SignInPolicy => ({
  steps: [
    { id: 'first', alternatives: ['password', 'passkey'] },
    { id: 'second', alternatives: ['totp', 'passkey'], enrol: enrolMode, ...more },
  ],
})

describe('the default policy', () => {
  const table: readonly [string, Case, NextStep][] = [
    ['asks who it is', {}, { type: 'prove', step: 'identify', options: ['identifier', 'passkey'] }],
    [
      'offers everybody every first factor, whatever they have',
      { account },
      { type: 'prove', step: 'first-factor', options: ['password', 'passkey', 'email-otp'] },
    ],
    ['is done after a password', { account, done: [password], enrolled: ['password'] }, { type: 'done' }],
    ['is done after a passkey', { account, done: [passkey], enrolled: ['passkey'] }, { type: 'done' }],
    [
      'asks for the app code of somebody who has one',
      { account, done: [password], enrolled: ['password', 'totp'] },
      { type: 'prove', step: 'second-factor', options: ['totp'] },
    ],
    [
      'takes a verified passkey for both factors',
      { account, done: [passkey], enrolled: ['passkey', 'totp'] },
      { type: 'done' },
    ],
    [
      'enrols somebody who must have a second factor',
      { account, done: [password], enrolled: ['password'], attributes: { mfa: 'totp' } },
      { type: 'enrol', step: 'second-factor', options: ['totp', 'passkey'], skippable: false },
    ],
    [
      'enrols when the app asks for several factors',
      { account, done: [password], enrolled: ['password'], acr: acrMulti },
      { type: 'enrol', step: 'second-factor', options: ['totp', 'passkey'], skippable: false },
    ],
    [
      'offers a passkey and lets it be skipped',
      { account, done: [password], enrolled: ['password'], attributes: { mfa: 'passkey' } },
      { type: 'enrol', step: 'passkey', options: ['passkey'], skippable: true },
    ],
    [
      'goes on after it was skipped',
      { account, done: [password], enrolled: ['password'], attributes: { mfa: 'passkey' }, skipped: ['passkey'] },
      { type: 'done' },
    ],
    [
      'asks for consent last',
      { account, done: [password, totp], enrolled: ['password', 'totp'], consent: 'needed' },
      { type: 'consent' },
    ],
  ]
  test.each(table)('%s', (_title, one, expected) => {
    expect(next(one)).toEqual(expected)
  })
})

describe('any policy', () => {
  const table: readonly [string, Case, NextStep][] = [
    [
      'that starts with a password asks for it together with the name',
      { policy: second('never') },
      { type: 'prove', step: 'first', options: ['password', 'passkey'] },
    ],
    [
      'whose first step needs somebody asks who it is first',
      { policy: { steps: [{ id: 'code', alternatives: ['email-otp'] }] } },
      { type: 'prove', step: 'code', options: ['identifier'] },
    ],
    [
      'refuses who has nothing and may not enrol',
      { policy: second('never'), account, done: [password] },
      { type: 'refused' },
    ],
    [
      'T-AUT-01 does not let a required enrolment be skipped',
      { policy: second('required'), account, done: [password], skipped: ['second'] },
      { type: 'enrol', step: 'second', options: ['totp', 'passkey'], skippable: false },
    ],
    [
      'enrols only with what it names',
      { policy: second('required', { enrolWith: ['passkey'] }), account, done: [password] },
      { type: 'enrol', step: 'second', options: ['passkey'], skippable: false },
    ],
    [
      'does not take one proof twice',
      {
        policy: {
          steps: [
            { id: 'a', alternatives: ['password'] },
            { id: 'b', alternatives: ['password', 'totp'] },
          ],
        },
        account,
        done: [password],
        enrolled: ['totp'],
      },
      { type: 'prove', step: 'b', options: ['totp'] },
    ],
    [
      'wants a proof again that is older than its step allows',
      {
        policy: { steps: [{ id: 'a', alternatives: ['password'], maxAge: 60 }] },
        account,
        done: [proof('password', ['pwd'], now - 61_000)],
        enrolled: ['password'],
      },
      { type: 'prove', step: 'a', options: ['password'] },
    ],
    [
      'refuses when an essential acr is not reached',
      { policy: { steps: [{ id: 'a', alternatives: ['password'] }] }, account, done: [password], essential: acrMulti },
      { type: 'refused' },
    ],
    [
      'is content with the acr that was demanded',
      { policy: { steps: [{ id: 'a', alternatives: ['password'] }] }, account, done: [password], essential: acrSingle },
      { type: 'done' },
    ],
    [
      'ignores authenticators the engine does not have',
      { policy: { steps: [{ id: 'a', alternatives: ['retina', 'password'] }] } },
      { type: 'prove', step: 'a', options: ['password'] },
    ],
  ]
  test.each(table)('%s', (_title, one, expected) => {
    expect(next(one)).toEqual(expected)
  })
})

describe('a policy that demands no proof', () => {
  const whenEnrolled = { field: 'account.enrolled', operator: 'contains', value: 'password' } as const
  const identify = { id: 'identify', alternatives: ['identifier'] }
  test.each<[string, SignInPolicy]>([
    ['at all', { steps: [identify] }],
    [
      'until it is known who it is',
      { steps: [identify, { id: 'first', alternatives: ['password'], when: whenEnrolled }] },
    ],
  ])('%s lets nobody in', (_, policy) => {
    expect(next({ policy, account, enrolled: ['password'] })).toEqual({ type: 'refused' })
  })
})

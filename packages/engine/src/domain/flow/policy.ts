import type { Condition } from '../rules/index.ts'
import { acrMulti } from '../session/index.ts'

/**
 * Who may sign in with what, as data. Steps run in order; a step is satisfied when one of its alternatives has
 * been proven (in this flow, or earlier in the SSO session and not older than `maxAge`).
 */
export interface SignInPolicy {
  readonly steps: readonly PolicyStep[]
}

export interface PolicyStep {
  /** `identify`, `first-factor`, `second-factor`… for logs and progress. */
  readonly id: string
  /** Authenticators of which one must be proven; the first is the one shown. */
  readonly alternatives: readonly string[]
  /** The step applies when this holds (absent: always). Fields: see `domain/rules`. */
  readonly when?: Condition
  /**
   * For a person who is known to have no alternative enrolled (after a first factor): `required` enrols inside
   * the flow, `offer` enrols but may be skipped, `never` (default) refuses.
   */
  readonly enrol?: 'required' | 'offer' | 'never'
  /** Which alternatives may be enrolled here, the first one shown first; all that can when absent. */
  readonly enrolWith?: readonly string[]
  /** Seconds a proof stays good for this step. */
  readonly maxAge?: number
}

/** Applies where neither the app nor its organization says otherwise. */
export const defaultPolicy: SignInPolicy = {
  steps: [
    { id: 'identify', alternatives: ['identifier', 'passkey'] },
    { id: 'first-factor', alternatives: ['password', 'passkey', 'email-otp'] },
    {
      id: 'second-factor',
      alternatives: ['totp', 'passkey'],
      when: {
        any: [
          { field: 'account.enrolled', operator: 'contains', value: 'totp' },
          { field: 'request.acr_values', operator: 'contains', value: acrMulti },
          { field: 'account.attributes.mfa', operator: 'equals', value: 'totp' },
        ],
      },
      enrol: 'required',
    },
    {
      id: 'passkey',
      alternatives: ['passkey'],
      when: { field: 'account.attributes.mfa', operator: 'equals', value: 'passkey' },
      enrol: 'offer',
    },
  ],
}

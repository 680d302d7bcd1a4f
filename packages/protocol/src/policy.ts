import { z } from 'zod'

/** Conditions and sign-in policies as they are written in configuration and API bodies. */

const zScalar = z.union([z.string().max(512), z.number(), z.boolean()])
const zField = z
  .string()
  .max(200)
  .regex(/^[A-Za-z][\w-]*(\.[\w-]+)*$/, 'must be a dotted path such as account.attributes.mfa')

type Scalar = string | number | boolean

/** One closed grammar of fields, operators, `all`, `any` and `not`; never evaluated code. */
export type ConditionConfig =
  | { all: ConditionConfig[] }
  | { any: ConditionConfig[] }
  | { not: ConditionConfig }
  | { field: string; operator: 'equals' | 'not_equals' | 'contains'; value: Scalar }
  | { field: string; operator: 'in' | 'not_in'; value: Scalar[] }
  | { field: string; operator: 'starts_with' | 'ends_with'; value: string }
  | { field: string; operator: 'greater_than' | 'less_than'; value: number }
  | { field: string; operator: 'exists' }

export const zCondition: z.ZodType<ConditionConfig> = z.lazy(() =>
  z.union([
    z.strictObject({ all: z.array(zCondition).max(50) }),
    z.strictObject({ any: z.array(zCondition).max(50) }),
    z.strictObject({ not: zCondition }),
    z.strictObject({ field: zField, operator: z.enum(['equals', 'not_equals', 'contains']), value: zScalar }),
    z.strictObject({ field: zField, operator: z.enum(['in', 'not_in']), value: z.array(zScalar).max(200) }),
    z.strictObject({ field: zField, operator: z.enum(['starts_with', 'ends_with']), value: z.string().max(512) }),
    z.strictObject({ field: zField, operator: z.enum(['greater_than', 'less_than']), value: z.number() }),
    z.strictObject({ field: zField, operator: z.literal('exists') }),
  ]),
)

const zAuthenticatorName = z.string().regex(/^[a-z][a-z0-9-]{0,40}$/, 'must be the name of an authenticator')

export const zPolicyStep = z.strictObject({
  /** `identify`, `first-factor`, `second-factor`… */
  id: z.string().regex(/^[a-z][a-z0-9-]{0,40}$/, 'must be lower-case letters, digits and hyphens'),
  /** Authenticators of which one must be proven; the first is the one shown. */
  alternatives: z.array(zAuthenticatorName).min(1).max(10),
  /** The step applies when this holds; always when absent. */
  when: zCondition.exactOptional(),
  /** What happens to a person who has none of the alternatives enrolled. */
  enrol: z.enum(['required', 'offer', 'never']).exactOptional(),
  enrolWith: z.array(zAuthenticatorName).min(1).max(10).exactOptional(),
  /** Seconds a proof stays good for this step. */
  maxAge: z.int().positive().exactOptional(),
})

/** Who may sign in with what: steps in order. */
export const zSignInPolicy = z.strictObject({
  steps: z
    .array(zPolicyStep)
    .min(1)
    .max(10)
    // Before a proof no condition on the account holds: with conditional proofs alone nobody could sign in.
    .refine(
      (steps) => steps.some(({ when, alternatives }) => !when && alternatives.some((name) => name !== 'identifier')),
      'one step without `when` must ask for more than an identifier',
    ),
})
export type SignInPolicyConfig = z.infer<typeof zSignInPolicy>

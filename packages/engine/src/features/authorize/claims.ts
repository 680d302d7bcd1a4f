import { z } from 'zod'
import type { ClaimsRequest } from '../../domain/authorization/index.ts'
import { authorizeErrors } from './errors.ts'

const zValue = z.union([z.string().max(512), z.number(), z.boolean()])
const zDemand = z
  .object({ essential: z.boolean().optional(), value: zValue.optional(), values: z.array(zValue).max(20).optional() })
  .nullable()
const zDemands = z.record(z.string().max(100), zDemand)
const zClaims = z.object({ userinfo: zDemands.optional(), id_token: zDemands.optional() })

/** The `claims` parameter (OIDC Core §5.5), and what of it says more than which claims are wanted. */
export interface ParsedClaims {
  readonly request: ClaimsRequest | undefined
  /** Values of the claim `acr`, as if they had come as `acr_values` (OIDC Core §5.5.1.1). */
  readonly acrValues: readonly string[]
  readonly subject: string | undefined
}

export function parseClaims(text: string | undefined): ParsedClaims {
  if (text === undefined) return { request: undefined, acrValues: [], subject: undefined }
  const parsed = zClaims.safeParse(text.length > 8192 ? undefined : parseJson(text))
  if (!parsed.success) {
    throw authorizeErrors('request.invalid_parameter', { name: 'claims', reason: 'must be a claims request' })
  }
  const { userinfo, id_token: idToken } = parsed.data
  const acr = idToken?.acr
  const subject = idToken?.sub?.value
  return {
    request: { ...(userinfo && { userinfo: plain(userinfo) }), ...(idToken && { idToken: plain(idToken) }) },
    acrValues: [acr?.value, ...(acr?.values ?? [])].filter((value) => typeof value === 'string'),
    subject: typeof subject === 'string' ? subject : undefined,
  }
}

/** Names are kept; of values only those of `acr`, which the sign-in must reach where it is essential. */
function plain(demands: z.infer<typeof zDemands>): Record<string, z.infer<typeof zDemand>> {
  return Object.fromEntries(Object.entries(demands).map(([name, demand]) => [name, name === 'acr' ? demand : null]))
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text, (name, value) => {
      if (name === '__proto__') throw new SyntaxError('not a member')
      return value
    })
  } catch {
    return undefined
  }
}

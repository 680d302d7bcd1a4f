import { z } from 'zod'
import { profileChange, zAccount, zFactor, zSession, zTime } from './api.ts'
import { zId } from './ids.ts'

/** Bodies of the self-service API, `/api/v1/me`. */

export const zMe = zAccount.omit({ attributes: true, status: true })
export type ApiMe = z.infer<typeof zMe>

/** What people may change of themselves; an e-mail address changes by proving it, which is a flow. */
export const zMePatch = z.strictObject(profileChange)

export const zPasswordChange = z.strictObject({
  currentPassword: z.string().min(1).max(1024),
  newPassword: z.string().min(1).max(1024),
})
/** How many other sessions the change has ended. */
export const zSessionsEnded = z.object({ sessionsEnded: z.int() })

export const zMySession = zSession.extend({ current: z.boolean() })
export type ApiMySession = z.infer<typeof zMySession>

export const zFactors = z.object({
  items: z.array(zFactor),
  /** Authenticators that can be added here: `totp`, `passkey`. */
  enrollable: z.array(z.string()),
})

export const zEnrolmentStart = z.strictObject({ authenticator: z.string().regex(/^[a-z][a-z0-9-]{0,40}$/) })
/**
 * A started enrolment. `data` as in a native step's `additionalData`: TOTP has `secret`, `otpauthUri`, `qrCode`,
 * `qrCodeSize`; a passkey has `challengeData`.
 */
export const zEnrolment = z.object({
  id: z.string(),
  authenticator: z.string(),
  expiresAt: zTime,
  /** Names of the params to send back. */
  params: z.array(z.string()),
  data: z.record(z.string(), z.string()),
})
export type ApiEnrolment = z.infer<typeof zEnrolment>
/** The answer to an enrolment: the code, or the passkey's `tokenResponse`; single use. */
export const zEnrolmentAnswer = z.strictObject({
  params: z.record(z.string().max(64), z.string().max(32_768)),
  name: z.string().trim().min(1).max(100).optional(),
})
export const zFactorPatch = z.strictObject({ name: z.string().trim().min(1).max(100) })

export const zConnectedApp = z.object({
  id: zId('client'),
  name: z.string(),
  uri: z.string().optional(),
  logoUri: z.string().optional(),
  scopes: z.array(z.object({ name: z.string(), description: z.string() })),
  grantedAt: zTime,
})
export type ApiConnectedApp = z.infer<typeof zConnectedApp>

export const zActivity = z.object({
  id: zId('event'),
  type: z.string(),
  at: zTime,
  /** Whether the person did it, or somebody else (an administrator) did it to the account. */
  byMe: z.boolean(),
  app: z.string().optional(),
  address: z.string().optional(),
  data: z.record(z.string(), z.unknown()).optional(),
})
export type ApiActivity = z.infer<typeof zActivity>

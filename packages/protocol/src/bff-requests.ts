import { z } from 'zod'

/** Bodies of `POST {base}/flow`, `{base}/flow/step` and `{base}/sign-out`. */
export const zBffFlowStart = z.strictObject({
  loginHint: z.string().max(256).optional(),
  acrValues: z.string().max(512).optional(),
  prompt: z.literal('login').optional(),
  returnTo: z.string().max(2048).optional(),
})

export const zBffFlowAnswer = z.strictObject({
  version: z.int().nonnegative(),
  authenticatorId: z.string().min(1).max(300),
  params: z.record(z.string().max(64), z.string().max(32_768)).optional(),
})

export const zBffSignOutStart = z.strictObject({ returnTo: z.string().max(2048).optional() })

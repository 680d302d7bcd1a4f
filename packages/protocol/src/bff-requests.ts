import { z } from 'zod'

/** Bodies of `POST {base}/flow`, `{base}/flow/step` and `{base}/sign-out`. */
export const zBffFlowStart = z.strictObject({
  loginHint: z.string().max(256).exactOptional(),
  acrValues: z.string().max(512).exactOptional(),
  prompt: z.literal('login').exactOptional(),
  returnTo: z.string().max(2048).exactOptional(),
})

export const zBffFlowAnswer = z.strictObject({
  version: z.int().nonnegative(),
  authenticatorId: z.string().min(1).max(300),
  params: z.record(z.string().max(64), z.string().max(32_768)).exactOptional(),
})

export const zBffSignOutStart = z.strictObject({ returnTo: z.string().max(2048).exactOptional() })

import { z } from 'zod'

/**
 * Bodies of `POST {base}/flow`, `{base}/flow/step` and `{base}/sign-out`. Page address and hint have no limit here: what
 * is too long of them is left out (`GET {base}/login` does the same), for it is no reason not to sign in.
 */
export const zBffFlowStart = z.strictObject({
  loginHint: z.string().exactOptional(),
  acrValues: z.string().max(512).exactOptional(),
  prompt: z.literal('login').exactOptional(),
  returnTo: z.string().exactOptional(),
})

export const zBffFlowAnswer = z.strictObject({
  version: z.int().nonnegative(),
  authenticatorId: z.string().min(1).max(300),
  params: z.record(z.string().max(64), z.string().max(32_768)).exactOptional(),
})

export const zBffSignOutStart = z.strictObject({ returnTo: z.string().exactOptional() })

import type { ErrorCode } from '@cardea/protocol'
import type { AuthorizationAnswer, AuthorizationRequest } from '../../domain/authorization/index.ts'
import type { Kernel } from '../../kernel/kernel.ts'

/** Where an answer goes: known as soon as client and redirect URI are. */
export type Destination = Pick<AuthorizationRequest, 'redirectUri' | 'responseMode' | 'state'>

/** An authorization response: always with `iss` (RFC 9207), and with `state` as it came. */
export function answerTo(
  { publicUrl }: Pick<Kernel, 'publicUrl'>,
  { redirectUri, responseMode, state }: Destination,
  params: Readonly<Record<string, string>>,
): AuthorizationAnswer {
  return {
    redirectUri,
    responseMode,
    params: { ...params, ...(state !== undefined && { state }), iss: publicUrl },
  }
}

/** RFC 6749 §4.1.2.1. */
export function errorAnswer(
  kernel: Pick<Kernel, 'publicUrl' | 'text'>,
  destination: Destination,
  error: string,
  code: ErrorCode,
  params: object = {},
): AuthorizationAnswer {
  const description = kernel.text(code, params).replace(/[^\x20-\x21\x23-\x5b\x5d-\x7e]/g, "'")
  return answerTo(kernel, destination, { error, error_description: description })
}

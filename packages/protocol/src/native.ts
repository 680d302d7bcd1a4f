import { z } from 'zod'

/** The app-native sign-in wire: `POST /oauth2/authorize` with `response_mode=direct`, then `POST /oauth2/authn`. */

export interface NativeParam {
  param: string
  type: 'STRING' | 'INTEGER' | 'MULTI_VALUED'
  order: number
  i18nKey: string
  displayName: string
  confidential: boolean
  validationRegex?: string
}

export interface NativeAuthenticator {
  authenticatorId: string
  /** Display name: `Username & Password`. */
  authenticator: string
  idp: string
  metadata: {
    i18nKey: string
    /** Only when the option is ready to be answered. */
    promptType?: 'USER_PROMPT' | 'INTERNAL_PROMPT' | 'REDIRECTION_PROMPT'
    params?: NativeParam[]
    /**
     * Flat strings. TOTP enrolment: `enrolment` = `"true"`, `secret` (base32), `otpauthUri`, `qrCode` (SVG path
     * data) and `qrCodeSize` (side of its view box). Passkey: `challengeData` (base64url JSON of `requestId` and
     * `publicKeyCredentialRequestOptions`, or `publicKeyCredentialCreationOptions` with `enrolment` = `"true"`).
     * E-mail code: `maskedAddress`, `expiresIn`, `resendIn` (seconds). `skippable` = `"true"`: answer
     * `params: { skip: "true" }` to go on without enrolling.
     */
    additionalData?: Record<string, string>
  }
  requiredParams?: string[]
}

export interface NativeMessage {
  type: 'ERROR' | 'INFO'
  /** The compatible code (`ABA-60003`). */
  messageId: string
  message: string
  /** `message.` + the Cardea error code: `message.password.rejected`. SDKs translate by it. */
  i18nKey: string
  context: { key: string; value: string }[]
}

/** What a client other than a wire-compatible one may also read: extensions, absent where they do not apply. */
export interface NativeStep {
  stepType: 'AUTHENTICATOR_PROMPT' | 'MULTI_OPTIONS_PROMPT' | 'CONSENT'
  authenticators: NativeAuthenticator[]
  messages: NativeMessage[]
  /** Extension: the other options of this step while one is prompted, to switch to. */
  alternatives?: NativeAuthenticator[]
  /** Extension: what the person typed as identifier, once they did. Never says whether an account exists. */
  identifier?: string
  /** Extension: place among the steps of the policy that apply, 1-based; told once something was proven. */
  progress?: { step: number; of: number }
  /** Extension, hosted door only: what a third-party app asks for. */
  consent?: ConsentPrompt
}

export interface ConsentPrompt {
  client: { name: string; host?: string; logoUri?: string; policyUri?: string; tosUri?: string }
  account: { name: string; identifier: string }
  scopes: { name: string; description: string }[]
  /** APIs the app names without asking for a scope of theirs (RFC 8707); absent when there is none. */
  apis?: { identifier: string; name: string }[]
  redirectHost: string
  offline: boolean
}

export interface NativeIncomplete {
  flowId: string
  flowStatus: 'INCOMPLETE' | 'FAIL_INCOMPLETE'
  flowType: 'AUTHENTICATION'
  nextStep: NativeStep
  links: { name: string; href: string; method: 'POST' }[]
  /** Extension: send it back with the answer, so that a stale tab is told so. */
  version: number
}

export interface NativeComplete {
  flowStatus: 'SUCCESS_COMPLETED'
  /** Every query parameter the redirect would have carried; look at `error` first. */
  authData: Record<string, string>
}

export type NativeResponse = NativeIncomplete | NativeComplete

/** Body of a refused or concluded app-native call. `code` `401` goes with HTTP 401. */
export interface NativeError {
  code: string
  message: string
  description: string
  traceId: string
  /** Extension: Cardea's own error code. */
  reason: string
}

/** Body of `POST /oauth2/authn`. Missing or empty `params` start the option. */
export const zNativeAnswer = z.strictObject({
  flowId: z.string().min(1).max(200),
  version: z.int().nonnegative().optional(),
  selectedAuthenticator: z.strictObject({
    authenticatorId: z.string().min(1).max(300),
    params: z
      .record(z.string().max(64), z.union([z.string().max(32_768), z.array(z.string().max(512)).max(50)]))
      .optional(),
  }),
  /** Client authentication of confidential clients that do not use Basic (RFC 6749 §2.3.1, RFC 7523 §2.2). */
  client_id: z.string().max(256).optional(),
  client_secret: z.string().max(256).optional(),
  client_assertion_type: z.string().max(100).optional(),
  client_assertion: z.string().max(8192).optional(),
})

export type NativeAnswer = z.infer<typeof zNativeAnswer>

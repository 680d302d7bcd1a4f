/** An authorization request after parsing and validation: what a flow keeps and its ending acts on. JSON. */
export interface AuthorizationRequest {
  readonly clientId: string
  readonly redirectUri: string
  readonly responseType: 'code'
  readonly responseMode: 'query' | 'form_post' | 'direct'
  readonly scope: readonly string[]
  readonly state: string | undefined
  readonly nonce: string | undefined
  readonly codeChallenge: string | undefined
  readonly prompt: readonly ('none' | 'login' | 'consent' | 'select_account')[]
  /** Seconds. */
  readonly maxAge: number | undefined
  readonly acrValues: readonly string[]
  readonly loginHint: string | undefined
  /** `sub` of a verified `id_token_hint`. */
  readonly hintedSubject: string | undefined
  readonly claims: ClaimsRequest | undefined
  /** RFC 8707. */
  readonly resource: readonly string[]
  readonly uiLocales: readonly string[]
}

/** OIDC Core §5.5. */
export interface ClaimsRequest {
  readonly userinfo?: Readonly<Record<string, ClaimDemand | null>>
  readonly idToken?: Readonly<Record<string, ClaimDemand | null>>
}

export interface ClaimDemand {
  readonly essential?: boolean | undefined
  readonly value?: string | number | boolean | undefined
  readonly values?: readonly (string | number | boolean)[] | undefined
}

/** What is sent to the client's redirect URI, or handed over as `authData` in direct mode: `code`, `state`, `iss`, `session_state`, or `error`…. */
export interface AuthorizationAnswer {
  readonly redirectUri: string
  readonly responseMode: AuthorizationRequest['responseMode']
  readonly params: Readonly<Record<string, string>>
}

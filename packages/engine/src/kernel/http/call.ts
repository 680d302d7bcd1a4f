/** A request, parsed at the edge; the only view steps have of it. */
export interface Call {
  readonly method: string
  /** Path after `/t/{root}` was stripped; never derived from `Host`. */
  readonly path: string
  /** Id or handle out of `/o/{organization}/…`, when the path had it. */
  readonly organization: string | undefined
  /** Values of the path pattern. */
  readonly params: Readonly<Record<string, string>>
  /** Query parameters; a name given twice has already been refused, but `resource` (RFC 8707 §2), whose values are joined by a space. */
  readonly query: ReadonlyMap<string, string>
  /** Form or flat JSON members of the body; empty without one. */
  readonly form: ReadonlyMap<string, string>
  /** The JSON body, validated against the route's schema; `undefined` for other bodies. */
  readonly json: unknown
  readonly headers: Headers
  readonly cookies: Readonly<Record<string, string>>
  /** The peer's address as the host gives it, normalised (IPv6 to its /64 for limits is done there). */
  readonly address: string
  /** Whether a proxy that the host trusts vouches for `address`. */
  readonly forwarded: boolean
  /** A fresh id that error bodies, logs and traces carry. */
  readonly traceId: string
  /** The access token's claims on routes with `access: token`. */
  readonly token: VerifiedToken | undefined
}

/** What the engine's own APIs need of a verified access token. */
export interface VerifiedToken {
  readonly subject: string
  readonly clientId: string
  readonly scopes: ReadonlySet<string>
  readonly org: string
  readonly session: string | undefined
  readonly grant: string | undefined
  /** Seconds since the epoch, when the person last proved who they are; absent for client tokens. */
  readonly authTime: number | undefined
}

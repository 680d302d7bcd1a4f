/** How far something that works once has got: nobody has tried it, somebody has without an answer, it was used. */
export type Use = 'unused' | 'tried' | 'used'

/** One grant: its code, and the refresh tokens it gave so far, oldest first. */
export interface Family {
  readonly code: string
  readonly verifier: string
  codeUse: Use
  readonly tokens: { readonly token: string; use: Use }[]
  /** The client gave it back, and was told that this is done. */
  revoked: Use
}

export interface AccountEntry {
  readonly username: string
  /** Given by an acknowledged creation. */
  id?: string
  /** The last name that was acknowledged, and the one that was on its way. */
  name: string
  asked: string
}

/** Kept outside the process that is killed: what it has acknowledged, and what was on its way. */
export interface Journal {
  readonly families: Family[]
  readonly accounts: AccountEntry[]
}

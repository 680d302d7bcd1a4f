/** A session as a store keeps it: opaque, but for what back-channel logout finds it by. JSON. */
export interface StoredSession {
  /** Sealed: a copy of the store is worth nothing without the secret. */
  readonly sealed: string
  readonly sub: string
  readonly sid?: string
  /** Seconds since the epoch. Gone afterwards. */
  readonly expiresAt: number
}

/**
 * Where sessions live when the cookie holds only an id. `key` is a hash of that id, or `jti:…` for a logout
 * token that has been seen. Any database will do.
 */
export interface SessionStore {
  get(key: string): Promise<StoredSession | undefined>
  set(key: string, session: StoredSession): Promise<void>
  delete(key: string): Promise<void>
  /** Runs `work` while nobody else, in any process, holds the same key. */
  lock<T>(key: string, work: () => Promise<T>): Promise<T>
  /** Deletes the sessions of one sign-in (`sid`), or all of a person where the logout token has no `sid`. */
  deleteBySid(session: { readonly sid?: string; readonly sub?: string }): Promise<void>
}

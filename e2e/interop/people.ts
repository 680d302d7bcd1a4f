import type { Kind } from '../deployment/configuration.ts'
import { password, usernameOf } from '../deployment/configuration.ts'

export interface Person {
  readonly username: string
  readonly password: string
}

/** The test file's own person: files run at the same time, so each has its numbers. */
export const person = (number: number, kind: Kind = 'plain'): Person => ({
  username: usernameOf(kind, number),
  password,
})

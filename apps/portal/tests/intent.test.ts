import { expect, test } from 'vitest'
import { resumedBy } from '../src/account/intent.ts'

const now = 1_790_000_000_000
const session = { status: 'signed-in', user: { sub: 'usr_1' }, expiresAt: now / 1000 + 3600 } as const
const signedInAgo = (seconds: number) => ({ ...session, authTime: now / 1000 - seconds })

test.each(['password', 'totp', 'passkey'] as const)('a fresh sign-in goes on with %s', (intent) => {
  expect(resumedBy(`?then=${intent}`, signedInAgo(5), now)).toBe(intent)
})

test.each([
  ['there is nothing to go on with', '', signedInAgo(5)],
  ['nobody knows what it is', '?then=delete', signedInAgo(5)],
  ['the sign-in failed or was given up', '?then=passkey&cardea_error=authorization.access_denied', signedInAgo(5)],
  ['the sign-in is as old as the API takes no more, whoever made the address', '?then=passkey', signedInAgo(601)],
  ['nobody knows how old it is', '?then=totp', session],
  ['nobody is signed in', '?then=totp', { status: 'signed-out' } as const],
])('nothing is gone on with when %s', (_, search, who) => {
  expect(resumedBy(search, who, now)).toBeUndefined()
})

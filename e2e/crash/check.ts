import type { Client } from './client.ts'
import type { AccountEntry, Family } from './journal.ts'

/** Tries something twice; what works twice is what must never be. */
async function worksTwice(attempt: () => Promise<{ status: number }>): Promise<[boolean, boolean]> {
  const first = (await attempt()).status === 200
  return [first, (await attempt()).status === 200]
}

/** What is wrong with a grant after the restart, in words. */
export async function checkFamily(client: Client, family: Family): Promise<string[]> {
  const wrong: string[] = []
  const newest = family.tokens.at(-1)
  // A refused token ends its grant, so the one that must work is tried first.
  if (newest) {
    const [once, twice] = await worksTwice(() => client.refresh(newest.token))
    if (newest.use === 'unused' && family.revoked === 'unused' && !once)
      wrong.push('an acknowledged refresh token is gone')
    if (family.revoked === 'used' && once) wrong.push('a token that was given back works again')
    if (twice) wrong.push('a refresh token worked twice')
  }
  for (const { token, use } of family.tokens.slice(0, -1))
    if (use === 'used' && (await client.refresh(token)).status === 200) wrong.push('a used refresh token works again')
  const [once, twice] = await worksTwice(() => client.redeem(family.code, family.verifier))
  if (family.codeUse === 'used' && once) wrong.push('a used code works again')
  if (family.codeUse === 'unused' && !once) wrong.push('an acknowledged code is gone')
  if (twice) wrong.push('a code worked twice')
  return wrong
}

/** What is wrong with the accounts: lost, half there, or with a name nobody gave. */
export async function checkAccounts(client: Client, entries: readonly AccountEntry[]): Promise<string[]> {
  const token = await client.administratorToken()
  const found = new Map<string, { id: string; name: string }>()
  let after = ''
  do {
    const path = `/api/v1/accounts?limit=100&search=made.test${after && `&after=${encodeURIComponent(after)}`}`
    const { body } = await client.json('GET', path, undefined, token)
    const page = body as { items: { id: string; username: string; name: string }[]; next?: string }
    for (const { username, ...account } of page.items) found.set(username, account)
    after = page.next ?? ''
  } while (after)
  const wrong: string[] = []
  for (const { username, id, name, asked } of entries) {
    const account = found.get(username)
    if (id !== undefined && account?.id !== id) wrong.push(`the acknowledged account ${username} is gone`)
    if (account && account.name !== name && account.name !== asked) wrong.push(`${username} has lost its name`)
  }
  const audit = await client.json('GET', '/api/v1/audit/verify', undefined, token)
  if (audit.body.valid !== true) wrong.push(`the audit chain does not verify: ${JSON.stringify(audit.body)}`)
  return wrong
}

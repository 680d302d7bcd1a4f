import type { Client, Said } from './client.ts'
import type { AccountEntry, Family, Journal } from './journal.ts'

const refreshToken = ({ body }: Said) => (typeof body.refresh_token === 'string' ? body.refresh_token : '')

/** Signs in, redeems, refreshes and sometimes gives back, for ever; everything is in the journal before it is sent. */
async function signInForEver(client: Client, journal: Journal, who: number): Promise<never> {
  for (let round = 0; ; round += 1) {
    const { code, verifier } = await client.signIn(who)
    const family: Family = { code, verifier, codeUse: 'unused', tokens: [], revoked: 'unused' }
    journal.families.push(family)
    // Some codes are left for after the crash.
    if (round % 3 === 2) continue
    family.codeUse = 'tried'
    const redeemed = await client.redeem(code, verifier)
    if (redeemed.status !== 200) throw new Error(`a code was refused: ${JSON.stringify(redeemed.body)}`)
    family.codeUse = 'used'
    family.tokens.push({ token: refreshToken(redeemed), use: 'unused' })
    for (let times = 0; times < round % 4; times += 1) {
      const newest = family.tokens.at(-1)
      if (!newest) break
      newest.use = 'tried'
      const renewed = await client.refresh(newest.token)
      if (renewed.status !== 200) throw new Error(`a refresh token was refused: ${JSON.stringify(renewed.body)}`)
      newest.use = 'used'
      family.tokens.push({ token: refreshToken(renewed), use: 'unused' })
    }
    if (round % 5 === 4) {
      family.revoked = 'tried'
      await client.revoke(family.tokens.at(-1)?.token ?? '')
      family.revoked = 'used'
    }
  }
}

/** Creates accounts and renames them, for ever. */
async function administerForEver(client: Client, journal: Journal, token: string, prefix: string): Promise<never> {
  for (let number = 0; ; number += 1) {
    const username = `${prefix}-${number}@made.test`
    const entry: AccountEntry = { username, name: 'First Name', asked: 'First Name' }
    journal.accounts.push(entry)
    const { status, body } = await client.json('POST', '/api/v1/accounts', { username, name: entry.name }, token)
    if (status !== 201) throw new Error(`an account was refused: ${JSON.stringify(body)}`)
    entry.id = String(body.id)
    for (const name of ['Second Name', 'Third Name']) {
      entry.asked = name
      const changed = await client.json('PATCH', `/api/v1/accounts/${entry.id}`, { name }, token)
      if (changed.status !== 200) throw new Error(`a change was refused: ${JSON.stringify(changed.body)}`)
      entry.name = name
    }
  }
}

/** Loads a server until it dies. Rejects when it refuses what it must not, rather than dying. */
export async function loadUntilKilled(
  client: Client,
  journal: Journal,
  {
    crew,
    token,
    prefix,
    isKilled,
  }: {
    readonly crew: readonly number[]
    readonly token: string
    readonly prefix: string
    readonly isKilled: () => boolean
  },
): Promise<void> {
  const loops = [
    ...crew.map((who) => signInForEver(client, journal, who)),
    ...['a', 'b'].map((name) => administerForEver(client, journal, token, `${prefix}${name}`)),
  ]
  const ended = await Promise.allSettled(loops)
  for (const { reason } of ended.filter((one) => one.status === 'rejected')) {
    // A server that is gone is what this is about; anything it said is not.
    const isGone = isKilled() && reason instanceof TypeError
    if (!isGone) throw reason
  }
}

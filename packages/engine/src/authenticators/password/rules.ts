import type { Account } from '../../domain/account/index.ts'
import type { Failure } from '../../kernel/errors.ts'
import { commonPasswords } from './common.ts'
import { passwordErrors } from './errors.ts'

/** NIST SP 800-63B-4 §3.1.1.2: 8 beside a second factor, which every person here can add; 15 is what pages recommend. */
const shortest = 8
export const longest = 256
/** What must be left of a password without the words everybody would try for this person. */
const remainder = 4

/** Why a new password is not acceptable; `undefined` for one that is. No rules about kinds of characters. */
export function refusal(password: string, account: Account, organization: string | undefined): Failure | undefined {
  const length = [...password].length
  if (length < shortest) return passwordErrors('password.too_short', { min: shortest })
  if (length > longest) return passwordErrors('password.too_long', { max: longest })
  const lower = password.toLowerCase()
  if (commonPasswords.has(lower) || new Set(lower).size < 3) return passwordErrors('password.too_common')
  let rest = lower
  for (const word of contextWords(account, organization)) rest = rest.replaceAll(word, '')
  return [...rest].length < remainder ? passwordErrors('password.too_common') : undefined
}

/** ASVS 6.2.11: the person's and the organization's names, the longest first. */
function contextWords(account: Account, organization: string | undefined): readonly string[] {
  const names = [account.username, account.email, account.name, account.givenName, account.familyName, organization]
  const words = names.flatMap((name) => (name ? [name, ...name.split(/[^\p{L}\p{N}]+/u)] : []))
  return [...new Set(['cardea', ...words.map((word) => word.toLowerCase())])]
    .filter((word) => word.length >= 4)
    .sort((a, b) => b.length - a.length)
}

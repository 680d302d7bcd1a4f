import type { CookieJar } from '../../kernel/http/index.ts'
import type { Kernel } from '../../kernel/kernel.ts'

const cookieName = 'cardea_device'
const year = 365 * 24 * 60 * 60
/** People who share a browser. */
const mostPeople = 5

type Hashing = Pick<Kernel, 'mac' | 'random'>

const sign = ({ mac }: Pick<Hashing, 'mac'>, nonce: string, subject: string) =>
  mac(`${nonce} ${subject}`, 'known-device').slice(0, 32)

/** The known-device cookie of a request: `nonce.signature` for each person who signed in with the browser. */
export function readDeviceCookie(jar: CookieJar, cookies: Readonly<Record<string, string>>): string | undefined {
  return jar.read(cookies, cookieName)
}

/** Whether the person has signed in with this browser before. It says nothing to anybody else. */
export function isKnownDevice(hashing: Pick<Hashing, 'mac'>, cookie: string | undefined, subject: string): boolean {
  return entries(cookie).some(([nonce, signature]) => sign(hashing, nonce, subject) === signature)
}

/** `Set-Cookie` after a sign-in; `undefined` when the browser is known for the person already. */
export function rememberDevice(
  hashing: Hashing,
  jar: CookieJar,
  cookie: string | undefined,
  subject: string,
): string | undefined {
  if (isKnownDevice(hashing, cookie, subject)) return undefined
  const nonce = hashing.random(12)
  const kept = [[nonce, sign(hashing, nonce, subject)] as const, ...entries(cookie)].slice(0, mostPeople)
  return jar.set(cookieName, kept.map((entry) => entry.join('.')).join('~'), year)
}

function entries(cookie: string | undefined): readonly (readonly [nonce: string, signature: string])[] {
  return (cookie ?? '').split('~', mostPeople).flatMap((entry) => {
    const [nonce, signature] = entry.split('.', 2)
    return nonce && signature ? [[nonce, signature] as const] : []
  })
}

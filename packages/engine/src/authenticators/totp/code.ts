import { Secret, TOTP } from 'otpauth'

/** RFC 6238 with what every authenticator app understands: SHA-1, six digits, 30 s. */
const parameters = { algorithm: 'SHA1', digits: 6, period: 30 } as const

/** The time step (RFC 6238 §4.2) the code belongs to, one step of clock difference allowed; `undefined` for a wrong code. */
export function matchStep(seed: string, code: string, now: number): number | undefined {
  if (!/^\d{6}$/.test(code)) return undefined
  const totp = new TOTP({ ...parameters, secret: Secret.fromBase32(seed) })
  const delta = totp.validate({ token: code, timestamp: now, window: 1 })
  return delta === null ? undefined : Math.floor(now / 30_000) + delta
}

/** The code that is valid now. */
export function currentCode(seed: string, now: number): string {
  return new TOTP({ ...parameters, secret: Secret.fromBase32(seed) }).generate({ timestamp: now })
}

/** 160 random bits, base32 (RFC 4226 §4 R6). */
export function newSeed(): string {
  return new Secret({ size: 20 }).base32
}

/** What an authenticator app scans or opens. */
export function otpauthUri(seed: string, issuer: string, label: string): string {
  // A colon separates issuer and label in the URI, so neither may have one.
  const plain = (text: string) => text.replaceAll(':', ' ')
  return new TOTP({
    ...parameters,
    secret: Secret.fromBase32(seed),
    issuer: plain(issuer),
    label: plain(label),
  }).toString()
}

import { randomInt, timingSafeEqual } from 'node:crypto'
import type { Engine } from '../../domain/engine.ts'

/** NIST SP 800-63B-4 §3.1.3: at least six digits, at most ten minutes. */
export const lifetime = 5 * 60 * 1000
/** Wrong answers to one code. */
export const mostTries = 5
/** Further codes in one flow, and how soon one can be asked for. */
export const mostResends = 3
export const resendAfter = 30 * 1000

/** What the record keeps of a code that was sent. */
export interface SentCode {
  /** Keyed hash, bound to the flow. */
  readonly hash: string
  readonly sentAt: number
  readonly tries: number
  readonly resends: number
}

export const newCode = (): string => String(randomInt(1_000_000)).padStart(6, '0')

export const hashCode = (engine: Pick<Engine, 'mac'>, flow: string, code: string): string =>
  engine.mac(`${flow} ${code}`, 'email-otp')

export function sameHash(a: string, b: string): boolean {
  const left = Buffer.from(a)
  const right = Buffer.from(b)
  return left.length === right.length && timingSafeEqual(left, right)
}

/** `a•••@d•••.test`: enough to recognise one's own. */
export function mask(address: string): string {
  const [local = '', domain = ''] = address.split('@')
  const dot = domain.lastIndexOf('.')
  const ending = dot > 0 ? domain.slice(dot) : ''
  return `${[...local][0] ?? ''}•••@${[...domain][0] ?? ''}•••${ending}`
}

import type { ProvenFactor } from './session.ts'

export const acrSingle = 'urn:cardea:acr:single'
export const acrMulti = 'urn:cardea:acr:multi'

/** What kind of proof a value of RFC 8176 stands for. */
const kinds: Readonly<Record<string, string>> = {
  pwd: 'knowledge',
  otp: 'possession',
  hwk: 'possession',
  swk: 'possession',
}

/** A passkey that verified the person: the key and what unlocks it (RFC 8176 `user` beside a key). */
export function isMultiFactor({ amr }: Pick<ProvenFactor, 'amr'>): boolean {
  return amr.includes('user') && (amr.includes('hwk') || amr.includes('swk'))
}

/** Two kinds of proof, or one that is itself two. */
export function acrOf(factors: readonly Pick<ProvenFactor, 'amr'>[]): typeof acrSingle | typeof acrMulti {
  if (factors.some(isMultiFactor)) return acrMulti
  const proven = new Set(factors.flatMap((factor) => factor.amr.flatMap((value) => kinds[value] ?? [])))
  return proven.size > 1 ? acrMulti : acrSingle
}

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

/** Two kinds of proof, or one that is itself several (`mfa`: a passkey with user verification). */
export function acrOf(factors: readonly Pick<ProvenFactor, 'amr'>[]): typeof acrSingle | typeof acrMulti {
  const values = factors.flatMap((factor) => factor.amr)
  if (values.includes('mfa')) return acrMulti
  const proven = new Set(values.flatMap((value) => kinds[value] ?? []))
  return proven.size > 1 ? acrMulti : acrSingle
}

import { addressesFrom } from '../deployment/addresses.ts'
import { startWhole } from '../deployment/whole.ts'

export const addresses = addressesFrom(29_800)

/** Before the first spec; what it answers runs after the last. */
export default function setup(): Promise<() => Promise<void>> {
  return startWhole(addresses, { plain: 90, totp: 15, enrolled: 10, passkey: 10 })
}

/** Ports of one deployment: the server, its two demo apps and the third-party app of the tests. */
export interface Addresses {
  readonly server: string
  readonly calendar: string
  readonly mail: string
  readonly thirdParty: string
}

/** Four ports in a row from `first`: below 32768, from where on any outgoing connection may have one. */
export function addressesFrom(first: number): Addresses {
  const at = (offset: number) => `http://localhost:${first + offset}`
  return { server: at(0), calendar: at(1), mail: at(2), thirdParty: at(3) }
}

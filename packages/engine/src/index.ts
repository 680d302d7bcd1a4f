/** The version of this package's wire and behaviour. */
export const name = '@cardea/engine'

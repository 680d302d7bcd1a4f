export const name = '@cardea/vue'

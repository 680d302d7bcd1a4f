export const name = 'en'

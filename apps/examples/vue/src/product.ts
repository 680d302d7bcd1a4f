/** One source, two apps: `--mode calendar` signs in inside its own page, `--mode mail` on the identity provider's. */
const products = {
  calendar: { name: 'Calendar', mode: 'native', tagline: 'Your week at a glance, and the people in it.' },
  mail: { name: 'Mail', mode: 'hosted', tagline: 'What matters first, the rest when you have time.' },
} as const

export const isMail = import.meta.env.MODE === 'mail'
export const product = isMail ? products.mail : products.calendar

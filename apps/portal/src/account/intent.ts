import type { Intent } from './account.ts'

const intents: readonly Intent[] = ['password', 'totp', 'passkey']

/** What the page was asked to go on with, in its query. */
export function intentIn(search: string): Intent | undefined {
  const then = new URLSearchParams(search).get('then')
  return intents.find((intent) => intent === then)
}

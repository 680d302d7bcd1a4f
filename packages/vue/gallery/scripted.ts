import type { Transport } from '@cardea/core'
import { bff } from '@cardea/core'
import type { BffSession, FlowAnswer } from '@cardea/protocol'
import { one, passkey, passkeyStarted } from './steps.ts'
import type { Story } from './stories.ts'

export const signedIn: BffSession = {
  status: 'signed-in',
  user: { sub: 'usr_1', name: 'Alex Rivera', email: 'alex@northwind.test' },
  expiresAt: 4_000_000_000,
}

const never = new Promise<never>(() => undefined)
const later = <T>(value: T, milliseconds: number): Promise<T> =>
  new Promise((resolve) => setTimeout(() => resolve(value), milliseconds))

/** A backend that plays one story. */
export const scripted = (story: Story, delay = 400): Transport => {
  const start: FlowAnswer | undefined = story.failed
    ? { status: 'failed', error: story.failed }
    : story.step && { status: 'step', retry: false, version: 1, step: story.step }
  // Addresses are not called here, so they can be the ones an app has.
  const { base, loginUrl, signOutUrl } = bff()
  return {
    base,
    loginUrl,
    signOutUrl,
    session: async () => signedIn,
    signOut: async () => ({}),
    fetch: () => never,
    flow: {
      start: () => (start ? Promise.resolve(start) : never),
      answer: ({ version, authenticatorId, params }) => {
        const others = story.step?.authenticators.filter((option) => option.authenticatorId !== authenticatorId)
        // A passkey is started as the engine does it, with the other ways still open.
        if (authenticatorId === passkey.authenticatorId && !params && others) {
          const step = one(passkeyStarted, { ...story.step, authenticators: [passkeyStarted], alternatives: others })
          return later<FlowAnswer>(
            { status: 'step', retry: false, version: version + 1, step: { ...step, stepType: 'AUTHENTICATOR_PROMPT' } },
            delay,
          )
        }
        return story.next ? later(story.next, delay) : never
      },
    },
  }
}

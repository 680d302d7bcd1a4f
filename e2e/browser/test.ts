import type { CDPSession, Page } from '@playwright/test'
import { test as base } from '@playwright/test'
import type { Kind } from '../deployment/configuration.ts'
import { displayNameOf, password, usernameOf } from '../deployment/configuration.ts'
import { peopleVariable } from '../deployment/whole.ts'

export { expect } from '@playwright/test'

export interface Person {
  readonly username: string
  readonly password: string
  /** As the apps show it. */
  readonly name: string
}

/** Somebody nobody else in this run uses. */
async function newPerson(kind: Kind = 'plain'): Promise<Person> {
  const response = await fetch(`${process.env[peopleVariable]}/${kind}`)
  if (!response.ok) throw new Error(`nobody of kind ${kind} is left`)
  const number = Number(await response.text())
  return { username: usernameOf(kind, number), password, name: displayNameOf(kind, number) }
}

/** A device that holds passkeys and asks nobody. */
export async function addPasskeyDevice(page: Page): Promise<CDPSession> {
  const session = await page.context().newCDPSession(page)
  await session.send('WebAuthn.enable')
  await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
  return session
}

/** Chromium's virtual device answers the autofill of an identifier field by itself; without autofill, people press the button. */
export async function withoutPasskeyAutofill(page: Page): Promise<void> {
  await page.addInitScript(() => {
    PublicKeyCredential.isConditionalMediationAvailable = async () => false
  })
}

/** Fails the test when a page throws or says an error, which people do not see but we should. */
export const test = base.extend<{ newPerson: (kind?: Kind) => Promise<Person>; quiet: undefined }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures that are used from the pattern.
  newPerson: async ({}, use) => use(newPerson),
  quiet: [
    async ({ context }, use) => {
      const said: string[] = []
      context.on('weberror', (error) => said.push(error.error().message))
      context.on('console', (message) => {
        // The browser itself reports refused requests, which tests provoke.
        const isOurs = message.type() === 'error' && !message.text().startsWith('Failed to load resource')
        if (isOurs) said.push(message.text())
      })
      await use(undefined)
      base.expect(said, 'errors on the pages’ consoles').toEqual([])
    },
    { auto: true },
  ],
})

import type { Page } from '@playwright/test'
import { expect } from '@playwright/test'
import { addresses } from './deployment.ts'
import type { Person } from './test.ts'

/** An app, and where people sign in to it. */
export interface Door {
  readonly name: string
  readonly app: string
  /** From the app to the first step of the sign-in. */
  readonly open: (page: Page) => Promise<void>
  /** The app, used by somebody. */
  readonly expectSignedIn: (page: Page, person: Person) => Promise<void>
}

const expectAccountOf = (page: Page, { name }: Person) =>
  expect(page.getByRole('button', { name: `Account of ${name}` })).toBeVisible()

/** Signs in inside the app. */
export const calendar: Door = {
  name: 'Calendar, in the app',
  app: addresses.calendar,
  open: async (page) => {
    await page.goto(addresses.calendar)
  },
  expectSignedIn: async (page, person) => {
    await expect(page.getByText('Good to see you')).toBeVisible()
    await expectAccountOf(page, person)
    expect(new URL(page.url()).origin).toBe(addresses.calendar)
  },
}

/** Signs in on the identity provider's pages. */
export const mail: Door = {
  name: 'Mail, on the hosted page',
  app: addresses.mail,
  open: async (page) => {
    await page.goto(addresses.mail)
    await page.getByRole('link', { name: 'Continue to sign in' }).click()
    await expect(page).toHaveURL(new RegExp(`^${addresses.server}/signin`))
  },
  expectSignedIn: async (page, person) => {
    await expect(page.getByRole('heading', { name: 'Inbox' })).toBeVisible()
    await expectAccountOf(page, person)
    // The callback answered with a clean address.
    await expect(page).toHaveURL(`${addresses.mail}/`)
  },
}

export const doors: readonly Door[] = [calendar, mail]

import type { Page } from '@playwright/test'
import { expect } from '@playwright/test'
import { mailedCode } from '../deployment/inbox.ts'
import { totpCode } from '../deployment/totp.ts'
import { addresses } from './deployment.ts'
import type { Door } from './doors.ts'
import type { Person } from './test.ts'

const heading = (page: Page, name: string) => page.getByRole('heading', { name })

/** First step: who it is. */
export async function identify(page: Page, { username }: Pick<Person, 'username'>): Promise<void> {
  await page.getByLabel('Email or username').fill(username)
  await page.getByRole('button', { name: 'Continue', exact: true }).click()
  await expect(heading(page, 'Enter your password')).toBeVisible()
}

export async function givePassword(page: Page, password: string): Promise<void> {
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
}

export async function tryAnotherWay(page: Page, name: string): Promise<void> {
  await page.getByText('Try another way').click()
  await page.getByRole('button', { name }).click()
}

/** Asks for a code by e-mail and reads it in the inbox. */
export async function requestMailedCode(page: Page, { username }: Person): Promise<string> {
  await expect(heading(page, 'Check your email')).toBeVisible()
  return mailedCode(addresses.server, username)
}

export async function giveCode(page: Page, code: string): Promise<void> {
  await page.getByLabel('Six-digit code').fill(code)
  await page.getByRole('button', { name: 'Continue', exact: true }).click()
}

/** The key that is there to be typed, in groups of four. */
export async function setUpKey(page: Page): Promise<string> {
  const text = await page.getByText(/[A-Z2-7]{4}( [A-Z2-7]{4}){3,}/).textContent()
  const key = /[A-Z2-7]{4}( [A-Z2-7]{4}){3,}/.exec(text ?? '')?.[0]
  if (!key) throw new Error('no set-up key is shown')
  return key
}

/** Adds the authenticator app that the page shows; answers its key. */
export async function setUpAuthenticatorApp(page: Page): Promise<string> {
  await page.getByRole('button', { name: 'Set up an authenticator app' }).click()
  return confirmAuthenticatorApp(page)
}

/** The same, where the key is already on show. */
export async function confirmAuthenticatorApp(page: Page): Promise<string> {
  await expect(page.getByRole('img', { name: 'QR code for your authenticator app' })).toBeVisible()
  const key = await setUpKey(page)
  await page.getByLabel('Code from the app').fill(totpCode(key))
  await page.getByRole('button', { name: 'Turn on and continue' }).click()
  return key
}

/** `ahead`: the code after the one that was used. */
export async function giveAppCode(page: Page, secret: string, ahead = 0): Promise<void> {
  await expect(heading(page, 'Enter your code')).toBeVisible()
  await giveCode(page, totpCode(secret, ahead))
}

/** From the app to the app, with a password. */
export async function signIn(page: Page, door: Door, person: Person): Promise<void> {
  await door.open(page)
  await identify(page, person)
  await givePassword(page, person.password)
  await door.expectSignedIn(page, person)
}

/** The account page, drawn and alive: its buttons wait for its script. */
export async function expectAccountPage(page: Page): Promise<void> {
  await expect(heading(page, 'Profile')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Edit profile' })).toBeEnabled()
}

export async function signOut(page: Page, person: Person): Promise<void> {
  await page.getByRole('button', { name: `Account of ${person.name}` }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await expect(page.getByRole('button', { name: `Account of ${person.name}` })).toBeHidden()
}

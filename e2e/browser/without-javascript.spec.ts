import { addresses } from './deployment.ts'
import {
  giveAppCode,
  giveCode,
  givePassword,
  identify,
  requestMailedCode,
  setUpAuthenticatorApp,
  tryAnotherWay,
} from './steps.ts'
import { expect, test } from './test.ts'
import type { ThirdParty } from './third-party.ts'
import { startThirdParty } from './third-party.ts'

test.use({ javaScriptEnabled: false })

let planner: ThirdParty
test.beforeAll(async () => {
  planner = await startThirdParty()
})
test.afterAll(() => planner.close())

test.describe('without JavaScript', () => {
  test('a person signs in, corrects a wrong password, and allows an app', async ({ page, newPerson }) => {
    const person = await newPerson()
    await page.goto(`${planner.origin}/start`)
    await identify(page, person)
    await givePassword(page, 'not the password')
    await expect(page.getByText('That password doesn’t match. Check it and try again.')).toBeVisible()
    // A reload shows the page again and posts nothing.
    await page.reload()
    await givePassword(page, person.password)
    await expect(page.getByRole('heading', { name: 'Planner of Others asks for access' })).toBeVisible()
    await page.getByRole('button', { name: 'Allow', exact: true }).click()
    await expect(page.getByText(`Planner knows ${person.username}`)).toBeVisible()
  })

  test('a person goes back to who it is', async ({ page, newPerson }) => {
    const person = await newPerson()
    await page.goto(`${planner.origin}/start`)
    await identify(page, { username: 'somebody-else@people.test' })
    await page.getByRole('button', { name: 'Change' }).click()
    await identify(page, person)
    await givePassword(page, person.password)
    await expect(page.getByText(`Signing in as ${person.username}`)).toBeVisible()
  })

  test('an authenticator app is set up, and its code asked for the next time', async ({ page, newPerson }) => {
    const person = await newPerson('totp')
    await page.goto(`${planner.origin}/start`)
    await identify(page, person)
    await givePassword(page, person.password)
    const key = await setUpAuthenticatorApp(page)
    await page.getByRole('button', { name: 'Allow', exact: true }).click()
    await expect(page.getByText(`Planner knows ${person.username}`)).toBeVisible()

    await page.context().clearCookies()
    await page.goto(`${planner.origin}/start`)
    await identify(page, person)
    await givePassword(page, person.password)
    await giveAppCode(page, key, 1)
    await expect(page.getByText(`Planner knows ${person.username}`)).toBeVisible()
  })

  test('a code by e-mail signs in', async ({ page, newPerson }) => {
    const person = await newPerson()
    await page.goto(`${planner.origin}/start`)
    await identify(page, person)
    await tryAnotherWay(page, 'Email me a code')
    await giveCode(page, await requestMailedCode(page, person))
    await expect(page.getByRole('heading', { name: 'Planner of Others asks for access' })).toBeVisible()
  })

  test('an app says what it needs, and its link leads to the hosted page', async ({ page }) => {
    await page.goto(addresses.mail)
    // Playwright finds no text in a noscript, but paragraphs.
    await expect(page.getByRole('paragraph')).toContainText('This app needs JavaScript; signing in does not.')
    await page.getByRole('link', { name: 'Continue to sign in' }).click()
    await expect(page).toHaveURL(new RegExp(`^${addresses.server}/signin`))
    await expect(page.getByLabel('Email or username')).toBeVisible()
    await expect(page.getByRole('button', { name: 'Use a passkey' })).toBeDisabled()
    await expect(page.getByText('Passkeys need JavaScript')).toBeVisible()
  })

  test('signing out asks, and is done by a plain form', async ({ page, newPerson }) => {
    const person = await newPerson()
    await page.goto(`${addresses.mail}/auth/login`)
    await identify(page, person)
    await givePassword(page, person.password)
    await page.goto(`${addresses.server}/oidc/logout`)
    await page.getByRole('button', { name: 'Sign out' }).click()
    await expect(page.getByRole('heading', { name: 'You are signed out' })).toBeVisible()
    await page.goto(`${addresses.server}/oidc/logout`)
    await expect(page.getByRole('button', { name: 'Sign out' })).toBeHidden()
  })
})

import type { Page } from '@playwright/test'
import { totpCode } from '../deployment/totp.ts'
import { addresses } from './deployment.ts'
import { mail } from './doors.ts'
import { expectAccountPage, givePassword, identify, setUpKey, signIn, signOut } from './steps.ts'
import type { Person } from './test.ts'
import { addPasskeyDevice, expect, test } from './test.ts'

const account = `${addresses.server}/account`

async function openAccount(page: Page, person: Person): Promise<void> {
  await page.goto(account)
  await identify(page, person)
  await givePassword(page, person.password)
  await expectAccountPage(page)
}

const section = (page: Page, name: string | RegExp) => page.getByRole('region', { name })

test('signed out in another tab, the account page shows nothing of the account any more', async ({
  page,
  context,
  newPerson,
}) => {
  const person = await newPerson()
  await openAccount(page, person)
  const other = await context.newPage()
  await other.goto(account)
  await expectAccountPage(other)
  await signOut(other, person)
  await expect(page.getByLabel('Email or username')).toBeVisible()
  await expect(page.getByText(person.username)).toBeHidden()
})

test('an authenticator app whose dialog was closed while it was confirmed is shown as it is', async ({
  page,
  newPerson,
}) => {
  await openAccount(page, await newPerson())
  const answered = Promise.withResolvers<void>()
  const totp = section(page, /Authenticator app/)
  await totp.getByRole('button', { name: 'Set up' }).click()
  await page.getByLabel('Code from the app').fill(totpCode(await setUpKey(page)))
  await page.route('**/me/factors/enrolments/*', async (route) => {
    const response = await route.fetch()
    await answered.promise
    await route.fulfill({ response })
  })
  await page.getByRole('button', { name: 'Turn on' }).click()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toBeHidden()
  answered.resolve()
  await expect(page.getByText('Authenticator app is on.')).toBeVisible()
  await expect(totp.getByText('On', { exact: true })).toBeVisible()
})

test('the focus stays on a button while what it started is on its way', async ({ page, newPerson }) => {
  const person = await newPerson()
  await openAccount(page, person)
  const answered = Promise.withResolvers<void>()
  await page.route('**/me', async (route) => {
    if (route.request().method() === 'PATCH') await answered.promise
    await route.continue()
  })
  await page.getByRole('button', { name: 'Edit profile' }).click()
  const save = page.getByRole('dialog').getByRole('button', { name: 'Save' })
  await save.press('Enter')
  await expect(save).toHaveAttribute('aria-disabled', 'true')
  await expect(save).toBeFocused()
  answered.resolve()
  await expect(page.getByText('Saved.')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Edit profile' })).toBeFocused()
})

test('with the keyboard only: the focus stays where one was, or at the heading of what is gone', async ({
  page,
  browser,
  newPerson,
}) => {
  await addPasskeyDevice(page)
  const person = await newPerson()
  const elsewhere = await (await browser.newContext()).newPage()
  await signIn(elsewhere, mail, person)
  await openAccount(page, person)
  const dialog = page.getByRole('dialog')

  const setUp = page.getByRole('button', { name: 'Set up' })
  await setUp.press('Enter')
  await dialog.getByRole('button', { name: 'Cancel' }).press('Enter')
  await expect(setUp).toBeFocused()

  const passkeys = section(page, 'Passkeys')
  const add = passkeys.getByRole('button', { name: 'Add a passkey' })
  await add.press('Enter')
  await expect(page.getByText('Passkey added.')).toBeVisible()
  await expect(add).toBeFocused()
  const rename = passkeys.getByRole('button', { name: /Rename/ })
  await rename.press('Enter')
  await dialog.getByRole('button', { name: 'Cancel' }).press('Enter')
  await expect(rename).toBeFocused()
  await passkeys.getByRole('button', { name: /Remove/ }).press('Enter')
  await dialog.getByRole('button', { name: 'Remove' }).press('Enter')
  await expect(page.getByText('Passkey removed.')).toBeVisible()
  await expect(passkeys.getByRole('heading')).toBeFocused()

  const sessions = section(page, 'Where you are signed in')
  await sessions.getByRole('button', { name: /Sign out(?! everywhere)/ }).press('Enter')
  await expect(sessions.getByRole('listitem')).toHaveCount(1)
  await expect(sessions.getByRole('heading')).toBeFocused()
  await elsewhere.context().close()
})

test('what went wrong once is not said when the same is tried again', async ({ page, newPerson }) => {
  await addPasskeyDevice(page)
  await openAccount(page, await newPerson())
  const passkeys = section(page, 'Passkeys')
  await passkeys.getByRole('button', { name: 'Add a passkey' }).click()
  await passkeys.getByRole('button', { name: /Remove/ }).click()
  await page.route('**/me/factors/*', (route) => route.abort())
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: 'Remove' }).click()
  await expect(dialog.getByText('We couldn’t reach the server. Check your connection and try again.')).toBeVisible()
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  await passkeys.getByRole('button', { name: /Remove/ }).click()
  await expect(dialog.getByRole('button', { name: 'Remove' })).toBeVisible()
  await expect(dialog.getByRole('alert')).toBeHidden()
})

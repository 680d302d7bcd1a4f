import type { Page } from '@playwright/test'
import { ageSignIns } from '../deployment/aged.ts'
import { totpCode } from '../deployment/totp.ts'
import { expectToWaitForScript } from './before-script.ts'
import { addresses } from './deployment.ts'
import { mail } from './doors.ts'
import { expectAccountPage, giveAppCode, givePassword, identify, setUpKey, signIn, signOut } from './steps.ts'
import type { Person } from './test.ts'
import { addPasskeyDevice, expect, test, withoutPasskeyAutofill } from './test.ts'

const account = `${addresses.server}/account`

async function openAccount(page: Page, person: Person): Promise<void> {
  await page.goto(account)
  await identify(page, person)
  await givePassword(page, person.password)
  await expectAccountPage(page)
}

const section = (page: Page, name: string | RegExp) => page.getByRole('region', { name })

test.describe('the account page', () => {
  test('the profile can be edited', async ({ page, newPerson }) => {
    const person = await newPerson()
    await openAccount(page, person)
    await page.getByRole('button', { name: 'Edit profile' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Name', { exact: true }).fill('Noor Haddad')
    await dialog.getByRole('button', { name: 'Save' }).click()
    await expect(page.getByText('Saved.')).toBeVisible()
    await expect(page.getByRole('heading', { name: 'Noor Haddad' })).toBeVisible()
    await page.reload()
    await expect(page.getByRole('heading', { name: 'Noor Haddad' })).toBeVisible()
  })

  test('T-SES-05 a new password ends every other session, and is the one that counts', async ({
    page,
    browser,
    newPerson,
  }) => {
    const person = await newPerson()
    const elsewhere = await (await browser.newContext()).newPage()
    await signIn(elsewhere, mail, person)
    await openAccount(page, person)
    await page.getByRole('button', { name: 'Change password' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Current password').fill('not the password')
    await dialog.getByLabel('New password').fill('another-good-horse-2026')
    await dialog.getByRole('button', { name: 'Change password' }).click()
    await expect(dialog.getByText('The current password doesn’t match.')).toBeVisible()
    await dialog.getByLabel('Current password').fill(person.password)
    await dialog.getByRole('button', { name: 'Change password' }).click()
    await expect(page.getByText('Password changed. 1 other session was ended.')).toBeVisible()
    await expect(async () => {
      await elsewhere.goto(addresses.mail)
      await expect(elsewhere.getByRole('link', { name: 'Continue to sign in' })).toBeVisible({ timeout: 500 })
    }).toPass()
    await mail.open(elsewhere)
    await identify(elsewhere, person)
    await givePassword(elsewhere, person.password)
    await expect(elsewhere.getByText('That password doesn’t match. Check it and try again.')).toBeVisible()
    await givePassword(elsewhere, 'another-good-horse-2026')
    await mail.expectSignedIn(elsewhere, person)
    await elsewhere.context().close()
  })

  test('sessions are listed, and one can be ended', async ({ page, browser, newPerson }) => {
    const person = await newPerson()
    const elsewhere = await (await browser.newContext()).newPage()
    await signIn(elsewhere, mail, person)
    await openAccount(page, person)
    const sessions = section(page, 'Where you are signed in')
    await expect(sessions.getByRole('listitem')).toHaveCount(2)
    await expect(sessions.getByText('This browser')).toHaveCount(1)
    await sessions.getByRole('button', { name: /Sign out(?! everywhere)/ }).click()
    await expect(page.getByText('Session ended.')).toBeVisible()
    // It can be undone for a few seconds; leaving the page does it at once.
    await expect(async () => {
      await page.goto(account)
      await expect(section(page, 'Where you are signed in').getByRole('listitem')).toHaveCount(1, { timeout: 500 })
    }).toPass()
    await expect(async () => {
      await elsewhere.goto(addresses.mail)
      await expect(elsewhere.getByRole('link', { name: 'Continue to sign in' })).toBeVisible({ timeout: 500 })
    }).toPass()
    await elsewhere.context().close()
  })

  test('an authenticator app is turned on, asked for, and turned off', async ({ page, newPerson }) => {
    const person = await newPerson()
    await openAccount(page, person)
    await section(page, /Authenticator app/)
      .getByRole('button', { name: 'Set up' })
      .click()
    const dialog = page.getByRole('dialog')
    const key = await setUpKey(page)
    await dialog.getByLabel('Code from the app').fill(totpCode(key))
    await dialog.getByRole('button', { name: 'Turn on' }).click()
    await expect(page.getByText('Authenticator app is on.')).toBeVisible()

    await signOut(page, person)
    await page.goto(account)
    await identify(page, person)
    await givePassword(page, person.password)
    await giveAppCode(page, key, 1)
    await expectAccountPage(page)

    await section(page, /Authenticator app/)
      .getByRole('button', { name: 'Turn off' })
      .click()
    await page.getByRole('dialog').getByRole('button', { name: 'Turn off' }).click()
    await expect(page.getByText('Authenticator app is off.')).toBeVisible()
    await signOut(page, person)
    await openAccount(page, person)
  })

  test('a passkey is added, named, used and removed', async ({ page, newPerson }) => {
    await addPasskeyDevice(page)
    await withoutPasskeyAutofill(page)
    const person = await newPerson()
    await openAccount(page, person)
    const passkeys = section(page, 'Passkeys')
    await passkeys.getByRole('button', { name: 'Add a passkey' }).click()
    await expect(page.getByText('Passkey added.')).toBeVisible()
    await passkeys.getByRole('button', { name: /Rename/ }).click()
    await page.getByRole('dialog').getByLabel('Name').fill('My laptop')
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
    await expect(passkeys.getByText('My laptop')).toBeVisible()

    await page.context().clearCookies()
    await mail.open(page)
    await page.getByRole('button', { name: 'Use a passkey' }).click()
    await mail.expectSignedIn(page, person)

    await page.goto(account)
    await expectAccountPage(page)
    await section(page, 'Passkeys')
      .getByRole('button', { name: /Remove/ })
      .click()
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
    await expect(page.getByText('Passkey removed.')).toBeVisible()
    await expect(section(page, 'Passkeys').getByText('My laptop')).toBeHidden()
  })

  test('a change of how one signs in asks for a fresh sign-in, and goes on where it was', async ({
    page,
    newPerson,
  }) => {
    const person = await newPerson()
    await signIn(page, mail, person)
    ageSignIns(person.username, 11)
    await page.goto(account)
    await expectAccountPage(page)
    const setUp = section(page, /Authenticator app/).getByRole('button', { name: 'Set up' })
    await setUp.click()
    const confirm = page.getByRole('dialog', { name: 'Confirm it is you' })
    await confirm.getByRole('button', { name: 'Cancel' }).click()
    await expect(confirm).toBeHidden()
    await setUp.click()
    await confirm.getByRole('link', { name: 'Continue to sign-in' }).click()
    // Who it is was known.
    await givePassword(page, person.password)
    await expectAccountPage(page)
    await expect(page).toHaveURL(account)
    const dialog = page.getByRole('dialog', { name: 'Set up an authenticator app' })
    await dialog.getByLabel('Code from the app').fill(totpCode(await setUpKey(page)))
    await dialog.getByRole('button', { name: 'Turn on' }).click()
    await expect(page.getByText('Authenticator app is on.')).toBeVisible()
  })

  test('no click is lost: its buttons are disabled until its script has run, and nothing moves then', async ({
    page,
    newPerson,
  }) => {
    await openAccount(page, await newPerson())
    const edit = page.getByRole('button', { name: 'Edit profile' })
    const menu = page.getByRole('button', { name: /^Account of/ })
    await expectToWaitForScript(page, () => page.goto(account, { waitUntil: 'commit' }), [edit, menu])
    await edit.click()
    await expect(page.getByRole('dialog').getByLabel('Name', { exact: true })).toBeVisible()
  })

  test('what happened is listed', async ({ page, newPerson }) => {
    const person = await newPerson()
    await openAccount(page, person)
    // The list is read from the audit trail, which follows within a moment.
    await expect(async () => {
      await page.reload()
      await expect(section(page, 'Recent activity')).toContainText('Signed in', { timeout: 500 })
    }).toPass()
  })
})

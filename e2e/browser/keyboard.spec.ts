import type { Page } from '@playwright/test'
import { totpCode } from '../deployment/totp.ts'
import { addresses } from './deployment.ts'
import { doors, mail } from './doors.ts'
import { expectAccountPage, setUpKey } from './steps.ts'
import { expect, test } from './test.ts'

/** Tabs until the element with this name has the focus, which must be seen to be there. */
async function tabTo(page: Page, name: string | RegExp): Promise<void> {
  for (let presses = 0; presses < 40; presses += 1) {
    await page.keyboard.press('Tab')
    const focused = page.locator(':focus')
    if ((await focused.count()) === 0) continue
    const shown = await focused.evaluate((element) => ({
      name: element.getAttribute('aria-label') ?? element.textContent?.trim() ?? '',
      ring: getComputedStyle(element).outlineStyle,
    }))
    if (typeof name === 'string' ? shown.name === name : name.test(shown.name)) {
      expect(shown.ring, `the focus on ${shown.name} can be seen`).not.toBe('none')
      return
    }
  }
  throw new Error(`the keyboard does not reach ${name}`)
}

for (const door of doors) {
  test.describe(`with the keyboard only: ${door.name}`, () => {
    test('identifier, wrong password, password, authenticator app', async ({ page, newPerson }) => {
      const person = await newPerson('totp')
      if (door === mail) {
        await page.goto(door.app)
        await tabTo(page, 'Continue to sign in')
        await page.keyboard.press('Enter')
      } else await door.open(page)
      await expect(page.getByLabel('Email or username')).toBeFocused()
      await page.keyboard.type(person.username)
      await page.keyboard.press('Enter')
      await expect(page.getByLabel('Password', { exact: true })).toBeFocused()
      await page.keyboard.type('not the password')
      await page.keyboard.press('Enter')
      await expect(page.getByText('That password doesn’t match.')).toBeVisible()
      await expect(page.getByLabel('Password', { exact: true })).toBeFocused()
      await page.keyboard.type(person.password)
      await page.keyboard.press('Enter')
      await expect(page.getByRole('button', { name: 'Set up an authenticator app' })).toBeVisible()
      await tabTo(page, 'Set up an authenticator app')
      await page.keyboard.press('Enter')
      await expect(page.getByLabel('Code from the app')).toBeFocused()
      await page.keyboard.type(totpCode(await setUpKey(page)))
      await page.keyboard.press('Enter')
      await door.expectSignedIn(page, person)

      await tabTo(page, `Account of ${person.name}`)
      await page.keyboard.press('Enter')
      await expect(page.getByRole('menuitem', { name: 'Account and security' })).toBeFocused()
      await page.keyboard.press('ArrowDown')
      await expect(page.getByRole('menuitem', { name: 'Sign out' })).toBeFocused()
      await page.keyboard.press('Escape')
      await expect(page.getByRole('button', { name: `Account of ${person.name}` })).toBeFocused()
    })

    test('another way, and back to who it is', async ({ page, newPerson }) => {
      const person = await newPerson()
      await door.open(page)
      await expect(page.getByLabel('Email or username')).toBeFocused()
      await page.keyboard.type(person.username)
      await page.keyboard.press('Enter')
      await expect(page.getByLabel('Password', { exact: true })).toBeFocused()
      await tabTo(page, 'Try another way')
      await page.keyboard.press('Enter')
      await tabTo(page, 'Email me a code')
      await page.keyboard.press('Enter')
      await expect(page.getByLabel('Six-digit code')).toBeFocused()
      await page.locator('body').press('Shift+Tab')
      await page.getByRole('button', { name: 'Change' }).press('Enter')
      await expect(page.getByLabel('Email or username')).toBeFocused()
    })
  })
}

test('with the keyboard only: a dialog of the account page keeps the focus and gives it back', async ({
  page,
  newPerson,
}) => {
  const person = await newPerson()
  await page.goto(`${addresses.server}/account`)
  await expect(page.getByLabel('Email or username')).toBeFocused()
  await page.keyboard.type(person.username)
  await page.keyboard.press('Enter')
  await expect(page.getByLabel('Password', { exact: true })).toBeFocused()
  await page.keyboard.type(person.password)
  await page.keyboard.press('Enter')
  await expectAccountPage(page)
  await tabTo(page, 'Change password')
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog')
  await expect(dialog.getByLabel('Current password')).toBeFocused()
  for (let presses = 0; presses < 12; presses += 1) {
    await page.keyboard.press('Tab')
    const inside = await page.evaluate(() => {
      const { activeElement, body } = document
      return activeElement === body || activeElement?.closest('dialog, [role=dialog]') !== null
    })
    expect(inside, 'the focus stays in the dialog').toBe(true)
  }
  await page.keyboard.press('Escape')
  await expect(dialog).toBeHidden()
  await expect(page.getByRole('button', { name: 'Change password' })).toBeFocused()
})

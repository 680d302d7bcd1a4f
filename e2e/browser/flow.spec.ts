import { expectToWaitForScript } from './before-script.ts'
import { addresses } from './deployment.ts'
import { calendar, doors, mail } from './doors.ts'
import { givePassword, identify, signIn } from './steps.ts'
import { addPasskeyDevice, expect, test } from './test.ts'

test.describe('a sign-in that is interrupted', () => {
  test('reload in the middle of a hosted sign-in shows the same step', async ({ page, newPerson }) => {
    const person = await newPerson()
    await mail.open(page)
    await identify(page, person)
    await page.reload()
    await expect(page.getByRole('heading', { name: 'Enter your password' })).toBeVisible()
    await expect(page.getByText(`Signing in as ${person.username}`)).toBeVisible()
    await givePassword(page, person.password)
    await mail.expectSignedIn(page, person)
  })

  test('reload in the middle of a native sign-in starts again', async ({ page, newPerson }) => {
    const person = await newPerson()
    await calendar.open(page)
    await identify(page, person)
    await page.reload()
    await signInFrom(page, person)
    await calendar.expectSignedIn(page, person)
  })

  test('back from the app after a hosted sign-in does not bring the sign-in back', async ({ page, newPerson }) => {
    const person = await newPerson()
    await signIn(page, mail, person)
    await page.goBack()
    await expect(page.getByRole('heading', { name: 'This page has expired' })).toBeVisible()
    await expect(page.getByText('This sign-in is not known anymore. Start again.')).toBeVisible()
    await expect(page.getByLabel('Password', { exact: true })).toBeHidden()
    await page.getByRole('link', { name: 'Start again' }).click()
    await mail.expectSignedIn(page, person)
  })

  test('back in the middle of a hosted sign-in leads out of it, and forward into it again', async ({
    page,
    newPerson,
  }) => {
    const person = await newPerson()
    await mail.open(page)
    await identify(page, person)
    await page.goBack()
    await page.goForward()
    await expect(page).toHaveURL(new RegExp(`^${addresses.server}/signin`))
    await givePassword(page, person.password)
    await mail.expectSignedIn(page, person)
  })

  test('two tabs on one hosted flow: the stale one is told where it stands and goes on', async ({
    page,
    newPerson,
  }) => {
    const person = await newPerson()
    await mail.open(page)
    const second = await page.context().newPage()
    await second.goto(page.url())
    await expect(second.getByRole('heading', { name: 'Sign in' })).toBeVisible()
    await identify(page, person)
    await second.getByLabel('Email or username').fill(person.username)
    await second.getByRole('button', { name: 'Continue', exact: true }).click()
    await expect(second.getByRole('heading', { name: 'Enter your password' })).toBeVisible()
    await givePassword(second, person.password)
    await mail.expectSignedIn(second, person)
    // The flow is over; the first tab says so and leads to a new start.
    await givePassword(page, person.password)
    await expect(page.getByRole('alert')).toHaveText('This sign-in is not known anymore. Start again.')
    await page.getByRole('button', { name: 'Start again' }).click()
    await page.getByRole('link', { name: 'Start again' }).click()
    await mail.expectSignedIn(page, person)
  })

  for (const door of doors) {
    test(`two tabs of ${door.name}: each has its own sign-in, and both end up signed in`, async ({
      page,
      newPerson,
    }) => {
      const person = await newPerson()
      const second = await page.context().newPage()
      await door.open(page)
      await door.open(second)
      await signInFrom(second, person)
      await door.expectSignedIn(second, person)
      await signInFrom(page, person)
      await door.expectSignedIn(page, person)
      await second.reload()
      await door.expectSignedIn(second, person)
    })
  }

  test('a hosted page of another browser is refused, and leads to a new start', async ({ page, browser }) => {
    await mail.open(page)
    const stranger = await browser.newContext()
    const other = await stranger.newPage()
    const response = await other.goto(page.url())
    expect(response?.status()).toBeGreaterThanOrEqual(400)
    await expect(other.getByLabel('Email or username')).toBeHidden()
    await expect(other.getByRole('heading', { level: 1 })).toBeVisible()
    await stranger.close()
  })
})

test.describe('the hosted page before its script has run', () => {
  test('loses no press on what needs one: that is disabled, and nothing moves then', async ({ page }) => {
    await addPasskeyDevice(page)
    const button = page.getByRole('button', { name: 'Use a passkey' })
    await expectToWaitForScript(page, () => mail.open(page), [button])
    await button.click()
    await expect(page.getByText('No passkey was used.')).toBeVisible()
  })
})

async function signInFrom(page: Parameters<typeof identify>[0], person: Parameters<typeof signIn>[2]): Promise<void> {
  await identify(page, person)
  await givePassword(page, person.password)
}

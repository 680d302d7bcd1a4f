import { addresses } from './deployment.ts'
import { calendar, mail } from './doors.ts'
import { expectAccountPage, signIn, signOut } from './steps.ts'
import { expect, test } from './test.ts'

const account = `${addresses.server}/account`

test.describe('one sign-in for several apps', () => {
  test('from hosted to hosted: the account page asks nothing more', async ({ page, newPerson }) => {
    const person = await newPerson()
    await signIn(page, mail, person)
    await page.goto(account)
    await expect(page.getByRole('heading', { name: person.name })).toBeVisible()
    await expect(page).toHaveURL(account)
  })

  test('from the app’s own form to hosted: Mail is open after a sign-in in Calendar', async ({ page, newPerson }) => {
    const person = await newPerson()
    await signIn(page, calendar, person)
    await page.goto(addresses.mail)
    await page.getByRole('link', { name: 'Continue to sign in' }).click()
    await mail.expectSignedIn(page, person)
  })

  test('from one demo app to the other by its link', async ({ page, newPerson }) => {
    const person = await newPerson()
    await signIn(page, calendar, person)
    await page.getByRole('link', { name: 'Mail' }).click()
    await page.getByRole('link', { name: 'Continue to sign in' }).click()
    await mail.expectSignedIn(page, person)
  })
})

test.describe('signing out', () => {
  test('of the app: it is signed out after a reload, and asks for the password again', async ({ page, newPerson }) => {
    const person = await newPerson()
    await signIn(page, mail, person)
    await signOut(page, person)
    await page.goto(addresses.mail)
    await page.getByRole('link', { name: 'Continue to sign in' }).click()
    await expect(page.getByLabel('Email or username')).toBeVisible()
  })

  test('of Calendar: the person is asked again', async ({ page, newPerson }) => {
    const person = await newPerson()
    await signIn(page, calendar, person)
    await signOut(page, person)
    await expect(page.getByLabel('Email or username')).toBeVisible()
    await page.reload()
    await expect(page.getByLabel('Email or username')).toBeVisible()
  })

  test('T-BFF-09 of one app reaches the other within two seconds, without its page being open', async ({
    page,
    newPerson,
  }) => {
    const person = await newPerson()
    await signIn(page, calendar, person)
    await page.goto(addresses.mail)
    await page.getByRole('link', { name: 'Continue to sign in' }).click()
    await mail.expectSignedIn(page, person)
    const session = async () => {
      const response = await page.context().request.get(`${addresses.calendar}/auth/session`, {
        headers: { 'cardea-csrf': '1' },
      })
      return (await response.json()).status
    }
    expect(await session()).toBe('signed-in')
    await signOut(page, person)
    await expect.poll(session, { timeout: 2000 }).toBe('signed-out')
    await page.goto(addresses.calendar)
    await expect(page.getByLabel('Email or username')).toBeVisible()
  })

  test('everywhere else, from the account page', async ({ page, browser, newPerson }) => {
    const person = await newPerson()
    const others = await Promise.all([browser.newContext(), browser.newContext()])
    const elsewhere = await Promise.all(others.map((context) => context.newPage()))
    for (const other of elsewhere) await signIn(other, mail, person)
    await signIn(page, mail, person)
    await page.goto(account)
    await expectAccountPage(page)
    await page.getByRole('button', { name: 'Sign out everywhere else' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Sign out everywhere else' }).click()
    await expect(page.getByText('Signed out everywhere else.')).toBeVisible()
    for (const other of elsewhere) {
      await expect(async () => {
        await other.goto(addresses.mail)
        await expect(other.getByRole('link', { name: 'Continue to sign in' })).toBeVisible({ timeout: 500 })
      }).toPass()
    }
    await Promise.all(others.map((context) => context.close()))
  })
})

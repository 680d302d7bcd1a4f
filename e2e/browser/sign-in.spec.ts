import { totpSecretOf } from '../deployment/configuration.ts'
import { doors, mail } from './doors.ts'
import {
  giveAppCode,
  giveCode,
  givePassword,
  identify,
  requestMailedCode,
  setUpAuthenticatorApp,
  signIn,
  signOut,
  tryAnotherWay,
} from './steps.ts'
import { addPasskeyDevice, expect, test, withoutPasskeyAutofill } from './test.ts'

for (const door of doors) {
  test.describe(door.name, () => {
    test('a person signs in with a password, and still is after a reload', async ({ page, newPerson }) => {
      const person = await newPerson()
      await signIn(page, door, person)
      await page.reload()
      await door.expectSignedIn(page, person)
    })

    test('a wrong password is told under its field, and the right one works afterwards', async ({
      page,
      newPerson,
    }) => {
      const person = await newPerson()
      await door.open(page)
      await identify(page, person)
      await givePassword(page, 'not the password')
      await expect(page.getByText('That password doesn’t match. Check it and try again.')).toBeVisible()
      const field = page.getByLabel('Password', { exact: true })
      await expect(field).toHaveValue('')
      await expect(field).toBeFocused()
      await expect(field).toHaveAttribute('aria-invalid', 'true')
      await givePassword(page, person.password)
      await door.expectSignedIn(page, person)
    })

    test('nothing tells whether somebody exists', async ({ page }) => {
      await door.open(page)
      await identify(page, { username: 'nobody-at-all@people.test' })
      await givePassword(page, 'not the password')
      await expect(page.getByText('That password doesn’t match. Check it and try again.')).toBeVisible()
    })

    test('Change goes back to who it is, with the name still there', async ({ page, newPerson }) => {
      const [mistaken, person] = [await newPerson(), await newPerson()]
      await door.open(page)
      await identify(page, mistaken)
      await page.getByRole('button', { name: 'Change' }).click()
      await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible()
      await identify(page, person)
      await givePassword(page, person.password)
      await door.expectSignedIn(page, person)
    })

    test('an empty field says what is missing', async ({ page }) => {
      await door.open(page)
      // Before the script is there the browser says it in words of its own.
      await expect(page.getByRole('form')).toHaveJSProperty('noValidate', true)
      await page.getByRole('button', { name: 'Continue', exact: true }).click()
      await expect(page.getByText('Enter your email or username.')).toBeVisible()
      await expect(page.getByLabel('Email or username')).toBeFocused()
    })

    test('a code by e-mail signs in; a wrong one may be corrected', async ({ page, newPerson }) => {
      const person = await newPerson()
      await door.open(page)
      await identify(page, person)
      await tryAnotherWay(page, 'Email me a code')
      const code = await requestMailedCode(page, person)
      await giveCode(page, code === '000000' ? '111111' : '000000')
      await expect(page.getByText('That code doesn’t match. Use the one in our newest email.')).toBeVisible()
      await giveCode(page, code)
      await door.expectSignedIn(page, person)
    })

    test('an authenticator app is set up on the way in, and asked for from then on', async ({ page, newPerson }) => {
      const person = await newPerson('totp')
      await door.open(page)
      await identify(page, person)
      await givePassword(page, person.password)
      const key = await setUpAuthenticatorApp(page)
      await door.expectSignedIn(page, person)
      await signOut(page, person)

      await door.open(page)
      await identify(page, person)
      await givePassword(page, person.password)
      await giveAppCode(page, key, 1)
      await door.expectSignedIn(page, person)
    })

    test('a wrong code of the authenticator app may be corrected', async ({ page, newPerson }) => {
      const person = await newPerson('enrolled')
      await door.open(page)
      await identify(page, person)
      await givePassword(page, person.password)
      await giveAppCode(page, 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ')
      await expect(page.getByText('That code doesn’t match. Use the one your app shows now.')).toBeVisible()
      await giveAppCode(page, totpSecretOf(person.username))
      await door.expectSignedIn(page, person)
    })

    test('a passkey is added on the way in, and is enough the next time', async ({ page, newPerson }) => {
      await addPasskeyDevice(page)
      await withoutPasskeyAutofill(page)
      const person = await newPerson('passkey')
      await door.open(page)
      await identify(page, person)
      await givePassword(page, person.password)
      await page.getByRole('button', { name: 'Create a passkey' }).click()
      await door.expectSignedIn(page, person)
      await signOut(page, person)

      await door.open(page)
      await page.getByRole('button', { name: 'Use a passkey' }).click()
      await door.expectSignedIn(page, person)
    })

    test('a passkey is offered by the autofill of the first field', async ({ page, newPerson }) => {
      await addPasskeyDevice(page)
      const person = await newPerson('passkey')
      await door.open(page)
      await identify(page, person)
      await givePassword(page, person.password)
      await page.getByRole('button', { name: 'Create a passkey' }).click()
      await door.expectSignedIn(page, person)
      await signOut(page, person)

      // The device takes the offer as soon as it is made: nothing is typed or pressed.
      await page.goto(door === mail ? `${door.app}/auth/login` : door.app)
      await door.expectSignedIn(page, person)
    })

    test('adding a passkey may be left for later', async ({ page, newPerson }) => {
      const person = await newPerson('passkey')
      await door.open(page)
      await identify(page, person)
      await givePassword(page, person.password)
      await page.getByRole('button', { name: 'Not now' }).click()
      await door.expectSignedIn(page, person)
    })

    test('a device without a passkey says so, and the other ways are still there', async ({ page, newPerson }) => {
      await addPasskeyDevice(page)
      const person = await newPerson()
      await door.open(page)
      await page.getByRole('button', { name: 'Use a passkey' }).click()
      await expect(page.getByText('No passkey was used. Try again, or choose another way.')).toBeVisible()
      await page.getByText('Try another way').click()
      await page.getByRole('button', { name: 'Use your email or username' }).click()
      await identify(page, person)
      await givePassword(page, person.password)
      await door.expectSignedIn(page, person)
    })
  })
}

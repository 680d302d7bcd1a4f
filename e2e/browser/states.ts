import type { Page } from '@playwright/test'
import { expect } from '@playwright/test'
import { mailedCode } from '../deployment/inbox.ts'
import { addresses } from './deployment.ts'
import { calendar, mail } from './doors.ts'
import {
  confirmAuthenticatorApp,
  expectAccountPage,
  giveAppCode,
  givePassword,
  identify,
  signIn,
  signOut,
  tryAnotherWay,
} from './steps.ts'
import type { Person } from './test.ts'
import { addPasskeyDevice } from './test.ts'
import { startThirdParty } from './third-party.ts'

/** Called on every state worth looking at; the name says what is on the page. */
export type Look = (name: string) => Promise<void>

export interface Walk {
  readonly name: string
  /** Goes from state to state of one part of the product. */
  readonly go: (
    page: Page,
    look: Look,
    newPerson: (kind?: 'plain' | 'totp' | 'passkey') => Promise<Person>,
  ) => Promise<void>
}

const account = `${addresses.server}/account`

/** The same steps inside an app and on the hosted page. */
const steps = ({ open, expectSignedIn }: typeof calendar, at: string): Walk => ({
  name: `sign-in ${at}`,
  go: async (page, look, newPerson) => {
    const person = await newPerson('totp')
    await open(page)
    await expect(page.getByLabel('Email or username')).toBeVisible()
    await look(`${at} identifier`)
    await page.getByRole('button', { name: 'Continue', exact: true }).click()
    await expect(page.getByText('Enter your email or username.')).toBeVisible()
    await look(`${at} identifier missing`)
    await identify(page, person)
    await look(`${at} password`)
    await givePassword(page, 'not the password')
    await expect(page.getByText('That password doesn’t match.')).toBeVisible()
    await look(`${at} password wrong`)
    await page.getByText('Try another way').click()
    await look(`${at} other ways`)
    await page.getByRole('button', { name: 'Email me a code' }).click()
    await expect(page.getByRole('heading', { name: 'Check your email' })).toBeVisible()
    await look(`${at} mail code`)
    await page.getByLabel('Six-digit code').fill('000000')
    await page.getByRole('button', { name: 'Continue', exact: true }).click()
    await expect(page.getByText('That code doesn’t match.')).toBeVisible()
    await look(`${at} mail code wrong`)
    await page.getByLabel('Six-digit code').fill(await mailedCode(addresses.server, person.username))
    await page.getByRole('button', { name: 'Continue', exact: true }).click()
    await expect(page.getByRole('button', { name: 'Set up an authenticator app' })).toBeVisible()
    await look(`${at} second step`)
    await page.getByRole('button', { name: 'Set up an authenticator app' }).click()
    await expect(page.getByRole('img', { name: 'QR code for your authenticator app' })).toBeVisible()
    await look(`${at} authenticator app set-up`)
    const key = await confirmAuthenticatorApp(page)
    await expectSignedIn(page, person)
    await signOut(page, person)
    await open(page)
    await identify(page, person)
    await givePassword(page, person.password)
    await expect(page.getByRole('heading', { name: 'Enter your code' })).toBeVisible()
    await look(`${at} authenticator app`)
    await giveAppCode(page, key, 1)
    await expectSignedIn(page, person)
  },
})

const apps: Walk = {
  name: 'demo apps',
  go: async (page, look, newPerson) => {
    const person = await newPerson()
    await page.goto(addresses.mail)
    await expect(page.getByRole('link', { name: 'Continue to sign in' })).toBeVisible()
    await look('mail signed out')
    await signIn(page, mail, person)
    await look('mail signed in')
    await page.getByRole('button', { name: `Account of ${person.name}` }).click()
    await expect(page.getByRole('menuitem', { name: 'Sign out' })).toBeVisible()
    await look('user menu')
    await page.keyboard.press('Escape')
    await page.context().clearCookies()
    await signIn(page, calendar, person)
    await look('calendar signed in')
  },
}

const passkeys: Walk = {
  name: 'passkeys',
  go: async (page, look, newPerson) => {
    await addPasskeyDevice(page)
    const person = await newPerson('passkey')
    await mail.open(page)
    await page.getByRole('button', { name: 'Use a passkey' }).click()
    await expect(page.getByText('No passkey was used.')).toBeVisible()
    await look('passkey not used')
    await tryAnotherWay(page, 'Use your email or username')
    await identify(page, person)
    await givePassword(page, person.password)
    await expect(page.getByRole('button', { name: 'Create a passkey' })).toBeVisible()
    await look('passkey set-up')
    await page.getByRole('button', { name: 'Create a passkey' }).click()
    await mail.expectSignedIn(page, person)
  },
}

const consent: Walk = {
  name: 'consent and errors',
  go: async (page, look, newPerson) => {
    const planner = await startThirdParty()
    const person = await newPerson()
    await page.goto(`${planner.origin}/start?scope=openid email profile offline_access`)
    await identify(page, person)
    await givePassword(page, person.password)
    await expect(page.getByRole('button', { name: 'Allow', exact: true })).toBeVisible()
    await look('consent')
    await page.getByRole('button', { name: 'Allow', exact: true }).click()
    await expect(page.getByText('Planner knows')).toBeVisible()
    planner.close()
    await page.goto(`${addresses.server}/oauth2/authorize?client_id=nobody`)
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
    await look('error')
    await page.goto(`${addresses.server}/nowhere`)
    await look('not found')
    await page.goto(`${addresses.server}/signin?flow=flw_over`)
    await look('sign-in over')
    await page.goto(`${addresses.server}/oidc/logout`)
    await expect(page.getByRole('button', { name: 'Sign out' })).toBeVisible()
    await look('sign out')
    await page.getByRole('button', { name: 'Sign out' }).click()
    await expect(page.getByRole('heading', { name: 'You are signed out' })).toBeVisible()
    await look('signed out')
  },
}

const accountPage: Walk = {
  name: 'account page',
  go: async (page, look, newPerson) => {
    await addPasskeyDevice(page)
    const person = await newPerson()
    await page.goto(account)
    await identify(page, person)
    await givePassword(page, person.password)
    await expectAccountPage(page)
    await look('account')
    const dialog = page.getByRole('dialog')
    for (const [button, name] of [
      ['Edit profile', 'account edit profile'],
      ['Change password', 'account change password'],
      ['Set up', 'account authenticator app set-up'],
    ] as const) {
      await page.getByRole('button', { name: button, exact: true }).click()
      await expect(dialog.getByRole('button').first()).toBeVisible()
      await look(name)
      await page.keyboard.press('Escape')
      await expect(dialog).toBeHidden()
    }
    await page.getByRole('button', { name: 'Add a passkey' }).click()
    await expect(page.getByText('Passkey added.')).toBeVisible()
    await look('account with a passkey')
    await page.getByRole('button', { name: /^Remove/ }).click()
    await expect(dialog).toBeVisible()
    await look('account remove passkey')
  },
}

const operator: Walk = {
  name: 'start page and tools',
  go: async (page, look) => {
    for (const [path, name] of [
      ['/', 'start'],
      ['/dev/inbox', 'inbox'],
      ['/openapi', 'api reference'],
    ] as const) {
      await page.goto(addresses.server + path)
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
      await look(name)
    }
  },
}

export const walks: readonly Walk[] = [
  operator,
  apps,
  steps(calendar, 'native'),
  steps(mail, 'hosted'),
  passkeys,
  consent,
  accountPage,
]

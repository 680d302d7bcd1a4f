import { addresses } from './deployment.ts'
import { expectAccountPage, givePassword, identify, signOut } from './steps.ts'
import { expect, test } from './test.ts'
import type { ThirdParty } from './third-party.ts'
import { startThirdParty } from './third-party.ts'

let planner: ThirdParty
test.beforeAll(async () => {
  planner = await startThirdParty()
})
test.afterAll(() => planner.close())

test.describe('an app of somebody else', () => {
  test('gets in only after the person allowed it, which is remembered and can be taken back', async ({
    page,
    newPerson,
  }) => {
    const person = await newPerson()
    await page.goto(`${planner.origin}/start?scope=openid email offline_access`)
    await identify(page, person)
    await givePassword(page, person.password)
    await expect(page.getByRole('heading', { name: 'Planner of Others asks for access' })).toBeVisible()
    await expect(page.getByText(`Signing in as ${person.username}`)).toBeVisible()
    await expect(page.getByText(new URL(planner.origin).host)).toBeVisible()
    await expect(page.getByText('keep this access while you are away')).toBeVisible()
    await page.getByRole('button', { name: 'Allow', exact: true }).click()
    await expect(page.getByText(`Planner knows ${person.username}`)).toBeVisible()

    // Asked once: the same scopes go through the next time, more of them do not.
    await page.goto(`${planner.origin}/start?scope=openid email`)
    await expect(page.getByText(`Planner knows ${person.username}, allowed: openid email`)).toBeVisible()
    await page.goto(`${planner.origin}/start?scope=openid email profile`)
    await expect(page.getByRole('heading', { name: 'Planner of Others asks for access' })).toBeVisible()

    await page.goto(`${addresses.server}/account`)
    await expectAccountPage(page)
    const apps = page.getByRole('region', { name: 'Connected apps' })
    await expect(apps.getByText('Planner of Others')).toBeVisible()
    await apps.getByRole('button', { name: /Disconnect/ }).click()
    await expect(page.getByText('Planner of Others was disconnected.')).toBeVisible()
    // It can be undone for a few seconds; leaving the page does it at once.
    await expect(async () => {
      await page.goto(`${addresses.server}/account`)
      await expect(page.getByRole('region', { name: 'Connected apps' })).not.toContainText('Planner', { timeout: 500 })
    }).toPass()

    await page.goto(`${planner.origin}/start?scope=openid email`)
    await expect(page.getByRole('heading', { name: 'Planner of Others asks for access' })).toBeVisible()
  })

  test('stays disconnected when the person signs out at once', async ({ page, newPerson }) => {
    const person = await newPerson()
    await page.goto(`${planner.origin}/start?scope=openid email`)
    await identify(page, person)
    await givePassword(page, person.password)
    await page.getByRole('button', { name: 'Allow', exact: true }).click()
    await expect(page.getByText(`Planner knows ${person.username}`)).toBeVisible()
    await page.goto(`${addresses.server}/account`)
    await expectAccountPage(page)
    await page
      .getByRole('region', { name: 'Connected apps' })
      .getByRole('button', { name: /Disconnect/ })
      .click()
    await signOut(page, person)
    await page.goto(`${planner.origin}/start?scope=openid email`)
    await identify(page, person)
    await givePassword(page, person.password)
    await expect(page.getByRole('heading', { name: 'Planner of Others asks for access' })).toBeVisible()
  })

  test('is told when the person does not allow it', async ({ page, newPerson }) => {
    const person = await newPerson()
    await page.goto(`${planner.origin}/start`)
    await identify(page, person)
    await givePassword(page, person.password)
    await page.getByRole('button', { name: 'Don’t allow' }).click()
    await expect(page.getByText('Refused: access_denied')).toBeVisible()
  })

  test('never gets a code without asking where it may not show a page', async ({ page, newPerson }) => {
    const person = await newPerson()
    await page.goto(`${addresses.server}/account`)
    await identify(page, person)
    await givePassword(page, person.password)
    await expectAccountPage(page)
    await page.goto(`${planner.origin}/start?prompt=none`)
    await expect(page.getByText('Refused: consent_required')).toBeVisible()
  })
})

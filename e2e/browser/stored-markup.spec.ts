import { addresses } from './deployment.ts'
import { mail } from './doors.ts'
import { expectAccountPage, givePassword, identify } from './steps.ts'
import { expect, test } from './test.ts'
import { startThirdParty } from './third-party.ts'

/** Ends a script, an attribute, a comment and a template, and runs something in each. */
const hostile = `</script><script>window.ran=1</script><img src=x onerror=window.ran=1>"'--><b>{{7*7}}\u2028&amp;`

const hasRun = () => 'ran' in window

test('T-WEB-02 a name that is markup is shown as it was typed, and nothing of it runs', async ({ page, newPerson }) => {
  const person = await newPerson()
  const planner = await startThirdParty()
  await page.goto(`${addresses.server}/account`)
  await identify(page, person)
  await givePassword(page, person.password)
  await expectAccountPage(page)
  await page.getByRole('button', { name: 'Edit profile' }).click()
  await page.getByRole('dialog').getByLabel('Name', { exact: true }).fill(hostile)
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
  await expect(page.getByText('Saved.')).toBeVisible()

  // Drawn by the server, with the view as data in the page.
  await page.reload()
  await expect(page.getByRole('heading', { level: 1 })).toContainText('</script><script>')
  expect(await page.evaluate(hasRun)).toBe(false)

  await page.goto(`${addresses.server}/oidc/logout`)
  await expect(page.getByRole('button', { name: 'Sign out' })).toBeVisible()
  await expect(page.getByText('{{7*7}}')).toBeVisible()
  expect(await page.evaluate(hasRun)).toBe(false)

  await page.goto(`${planner.origin}/start`)
  await expect(page.getByRole('button', { name: 'Allow', exact: true })).toBeVisible()
  expect(await page.evaluate(hasRun)).toBe(false)
  planner.close()

  await page.goto(`${mail.app}/auth/login`)
  await expect(page.getByRole('heading', { name: 'Inbox' })).toBeVisible()
  await page.getByRole('button', { name: /^Account of/ }).click()
  await expect(page.getByRole('menuitem', { name: 'Sign out' })).toBeVisible()
  expect(await page.evaluate(hasRun)).toBe(false)

  // As the name typed into the first field, which every later page shows.
  await page.context().clearCookies()
  await page.goto(`${mail.app}/auth/login`)
  await identify(page, { username: `${hostile.slice(0, 60)}@x.test` })
  expect(await page.evaluate(hasRun)).toBe(false)
  await page.reload()
  await expect(page.getByRole('heading', { name: 'Enter your password' })).toBeVisible()
  expect(await page.evaluate(hasRun)).toBe(false)
})

test('T-WEB-02 what an address says is not run either', async ({ page }) => {
  const value = encodeURIComponent('"><script>window.ran=1</script>')
  for (const path of [
    `/oauth2/authorize?client_id=${value}`,
    `/oauth2/authorize?client_id=mail&redirect_uri=${value}&state=${value}`,
    `/signin?flow=${value}&notice=${value}`,
    `/${value}`,
    `/oidc/logout?post_logout_redirect_uri=${value}&state=${value}`,
    `/session/adopt?ticket=${value}&return_to=javascript:window.ran=1`,
    `/dev/inbox?to=${value}`,
    `/account?then=${value}`,
  ]) {
    await page.goto(addresses.server + path)
    expect(await page.evaluate(hasRun), path).toBe(false)
  }
})

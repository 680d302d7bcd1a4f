import type { Locator, Page } from '@playwright/test'
import { expect } from '@playwright/test'
import { addresses } from './deployment.ts'

/** Opens a page of the server with its script held back: until that runs the controls are disabled, and none moves then. */
export async function expectToWaitForScript(
  page: Page,
  open: () => Promise<unknown>,
  controls: readonly Locator[],
): Promise<void> {
  const release = Promise.withResolvers<void>()
  await page.route(`${addresses.server}/**/*.js`, async (route) => {
    await release.promise
    await route.continue()
  })
  await open()
  for (const control of controls) await expect(control).toBeDisabled()
  await drawn(page)
  const places = () => Promise.all(controls.map((control) => control.boundingBox()))
  const before = await places()
  release.resolve()
  for (const control of controls) await expect(control).toBeEnabled()
  expect(await places()).toEqual(before)
}

/** Waits until the page looks as it will: its styles and fonts are there. */
async function drawn(page: Page): Promise<void> {
  await page.waitForFunction(() =>
    [...document.querySelectorAll<HTMLLinkElement>('link[rel=stylesheet]')].every(({ sheet }) => sheet !== null),
  )
  await page.evaluate(async () => {
    await document.fonts.ready
  })
}

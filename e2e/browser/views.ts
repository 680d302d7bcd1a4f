import type { Page } from '@playwright/test'

const desktop = { width: 1280, height: 800 }
const phone = { width: 360, height: 740 }

/** The ways everything is looked at. */
export const views = [
  { name: 'light', colorScheme: 'light', viewport: desktop },
  { name: 'dark', colorScheme: 'dark', viewport: desktop },
  { name: '360', colorScheme: 'light', viewport: phone },
] as const

/** Shows the same state another way, without a reload. */
export async function show(page: Page, { colorScheme, viewport }: (typeof views)[number]): Promise<void> {
  await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
  await page.setViewportSize(viewport)
  await page.evaluate(() => document.fonts.ready)
}

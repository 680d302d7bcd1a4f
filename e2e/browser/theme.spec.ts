import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from './test.ts'

const folder = join(import.meta.dirname, '../../packages/theme/src')
const css = ['tokens.css', 'parts.css'].map((name) => readFileSync(join(folder, name), 'utf8')).join('\n')

/** What the README of `@cardea/theme` says to write. */
const theme = `:root {
  color-scheme: light dark;
  --cardea-accent: rgb(1 2 3); --cardea-primary: rgb(4 5 6); --cardea-radius: 4px
}`

const surface = { light: 'rgb(255, 255, 255)', dark: 'oklch(0.205 0.013 230)' }

test.describe('a theme set on the page', () => {
  for (const part of ['light', 'dark'] as const) {
    test(`counts in a part that is ${part}, which keeps its own colours otherwise`, async ({ page }) => {
      await page.emulateMedia({ colorScheme: part === 'light' ? 'dark' : 'light' })
      await page.setContent(`<style>${css}\n${theme}</style>
        <div class="cardea-${part}"><div class="cardea-card">
          <button class="cardea-button">Go on</button> <a class="cardea-link" href="#">Elsewhere</a>
        </div></div>`)
      await expect(page.locator('.cardea-card')).toHaveCSS('background-color', surface[part])
      await expect(page.locator('.cardea-card')).toHaveCSS('border-top-left-radius', '6.4px')
      await expect(page.getByRole('button')).toHaveCSS('background-color', 'rgb(4, 5, 6)')
      await expect(page.getByRole('button')).toHaveCSS('border-top-left-radius', '4px')
      await expect(page.getByRole('link')).toHaveCSS('color', 'rgb(1, 2, 3)')
    })
  }
})

import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { walks } from '../browser/states.ts'
import { test } from '../browser/test.ts'
import { show, views } from '../browser/views.ts'

const out = join(import.meta.dirname, '../screenshots-out')

test.use({ deviceScaleFactor: 2 })

for (const walk of walks) {
  test(`pictures of ${walk.name}`, async ({ page, newPerson }) => {
    const folder = join(out, walk.name.replaceAll(' ', '-'))
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder, { recursive: true })
    let count = 0
    const look = async (name: string) => {
      count += 1
      const prefix = `${String(count).padStart(2, '0')}-${name.replaceAll(' ', '-')}`
      for (const view of views) {
        await show(page, view)
        await page.screenshot({
          path: join(folder, `${prefix}-${view.name}.png`),
          fullPage: true,
          animations: 'disabled',
        })
      }
      await show(page, views[0])
    }
    await walk.go(page, look, newPerson)
  })
}

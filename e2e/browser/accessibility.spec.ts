import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { walks } from './states.ts'
import { expect, test } from './test.ts'
import { show, views } from './views.ts'

const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

/** What axe and a narrow screen find wrong with a state, in every view. */
async function problemsOf(page: Page, name: string): Promise<string[]> {
  const problems: string[] = []
  for (const view of views) {
    await show(page, view)
    const { violations } = await new AxeBuilder({ page }).withTags(rules).analyze()
    for (const { id, nodes } of violations)
      problems.push(`${name}, ${view.name}: ${id} at ${nodes.map((node) => node.target.join(' ')).join(' and ')}`)
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    )
    if (overflow > 0) problems.push(`${name}, ${view.name}: ${overflow} pixels wider than the window`)
  }
  await show(page, views[0])
  return problems
}

for (const walk of walks) {
  test(`${walk.name}: every state is clean in light, dark and at 360 pixels`, async ({ page, newPerson }) => {
    test.setTimeout(150_000)
    const problems: string[] = []
    let seen = 0
    const look = async (name: string) => {
      seen += 1
      problems.push(...(await problemsOf(page, name)))
    }
    await walk.go(page, look, newPerson)
    expect(seen).toBeGreaterThan(1)
    expect(problems).toEqual([])
  })
}

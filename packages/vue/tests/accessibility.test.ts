import axe from 'axe-core'
import { describe, expect, test } from 'vitest'
import { page } from 'vitest/browser'
import { stories } from '../gallery/stories.ts'
import { mountSignIn } from './mount.ts'

const faults = async (root: Element): Promise<string[]> => {
  const { violations } = await axe.run(root, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    rules: {
      region: { enabled: false },
      'page-has-heading-one': { enabled: false },
      'landmark-one-main': { enabled: false },
    },
  })
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
}

describe.each(['light', 'dark'])('axe finds nothing, %s', (theme) => {
  test.each(Object.entries(stories))('%s', async (_, story) => {
    document.documentElement.className = `cardea-${theme}`
    document.body.style.background = 'var(--cardea-paper)'
    const { root, faults: warnings } = mountSignIn(story)
    if (story.step ?? story.failed) await expect.element(page.getByRole('heading')).toBeVisible()
    await Promise.all(document.getAnimations().map((animation) => animation.finished.catch(() => undefined)))
    expect(await faults(root)).toEqual([])
    expect(warnings).toEqual([])
  })
})

test.each(Object.entries(stories))('nothing is cut off or scrolls sideways at 320 px: %s', async (_, story) => {
  await page.viewport(320, 640)
  document.body.style.margin = '0'
  const { root } = mountSignIn(story)
  if (story.step ?? story.failed) await expect.element(page.getByRole('heading')).toBeVisible()
  expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(320)
  const targets = [
    ...root.querySelectorAll<HTMLElement>('button, :not(p) > a, input:not([type=hidden]):not(.cardea-hidden)'),
  ]
  const small = targets.filter((target) => target.offsetParent && target.getBoundingClientRect().height < 24)
  expect(small.map(({ outerHTML }) => outerHTML)).toEqual([])
  await page.viewport(480, 800)
})

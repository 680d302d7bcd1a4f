import { en } from '@cardea/locales/en'
import type { NativeStep } from '@cardea/protocol'
import { renderToString } from '@vue/server-renderer'
import { expect, onTestFinished, test, vi } from 'vitest'
import { page } from 'vitest/browser'
import { createSSRApp } from 'vue'
import { scripted } from '../gallery/scripted.ts'
import { stories } from '../gallery/stories.ts'
import { createCardea } from '../src/cardea.ts'
import { SignIn } from '../src/index.ts'

const app = (step: NativeStep) =>
  createSSRApp(SignIn, {
    mode: 'native',
    initial: { step, version: 7, retry: false },
    form: { action: '/flow/flw_1', csrf: 'token', version: 7 },
  }).use(createCardea({ messages: en, transport: scripted({ title: '' }) }))

const steps = Object.entries(stories).flatMap(([name, { step }]) => (step ? [[name, step] as const] : []))

test.each(steps)('the server’s HTML is taken over as it is: %s', async (_, step) => {
  const complaints = vi.spyOn(console, 'warn')
  const errors = vi.spyOn(console, 'error')
  const root = document.createElement('div')
  root.innerHTML = await renderToString(app(step))
  document.body.append(root)
  const served = root.querySelector('.cardea-heading')
  const typed = root.querySelector<HTMLInputElement>('.cardea-field input')
  if (typed) typed.value = '123'
  const client = app(step)
  client.mount(root)
  onTestFinished(() => {
    client.unmount()
    root.remove()
    vi.restoreAllMocks()
  })
  await expect.element(page.getByRole('heading')).toBeVisible()
  await vi.waitFor(() =>
    expect(root.querySelector('form[novalidate], .cardea-options, .cardea-decision')).not.toBeNull(),
  )
  expect(complaints.mock.calls).toEqual([])
  expect(errors.mock.calls).toEqual([])
  expect(root.querySelector('.cardea-heading')).toBe(served)
  if (typed && !typed.defaultValue) expect(typed.value).toBe('123')
})

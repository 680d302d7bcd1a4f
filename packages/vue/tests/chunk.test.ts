import { en } from '@cardea/locales/en'
import { expect, onTestFinished, test, vi } from 'vitest'
import { page } from 'vitest/browser'
import { createApp } from 'vue'
import { scripted } from '../gallery/scripted.ts'
import { createCardea, SignIn } from '../src/index.ts'

// Such as after a deployment: the chunk that this page knows is gone.
vi.mock('../src/sign-in/NativeSignIn.vue', () => {
  throw new Error('404')
})

test('steps that cannot be loaded leave a link to hosted sign-in', async () => {
  const root = document.createElement('main')
  document.body.append(root)
  const app = createApp(SignIn, { appName: 'Calendar' })
  app.use(createCardea({ messages: en, transport: scripted({ title: '' }) })).mount(root)
  onTestFinished(() => {
    app.unmount()
    root.remove()
  })
  await expect.element(page.getByRole('link', { name: 'Continue to sign in' })).toBeVisible()
  await expect.element(page.getByText('to continue to Calendar')).toBeVisible()
})

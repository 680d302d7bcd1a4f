import type { BffSession, FlowAnswer } from '@cardea/protocol'
import { describe, expect, test, vi } from 'vitest'
import { page } from 'vitest/browser'
import { signedIn } from '../gallery/scripted.ts'
import { both, one } from '../gallery/steps.ts'
import type { Story } from '../gallery/stories.ts'
import NativeSignIn from '../src/sign-in/NativeSignIn.vue'
import { mount } from './mount.ts'

const nobody: BffSession = { status: 'signed-out' }
const first: Story = { title: '', step: one(both) }
const hostedOnly: Story = {
  title: '',
  failed: { code: '400', reason: 'authorization.native_not_enabled', description: '', traceId: '' },
}
const adopted: FlowAnswer = { status: 'signed-in', session: signedIn, returnTo: '/', adoptUrl: 'https://id.test/adopt' }

/** The browser shows the page again as it was left (back/forward cache). */
const comeBack = (persisted = true) => dispatchEvent(new PageTransitionEvent('pageshow', { persisted }))

/** A sign-in on a page that notes where it would have gone instead of leaving. */
function signInPage(story: Story, session: BffSession, props: Record<string, unknown> = {}) {
  const navigate = vi.fn()
  const asked = vi.fn(async () => session)
  const { unmount } = mount(NativeSignIn, props, story, 0, { session: asked }, { navigate })
  return { navigate, asked, unmount }
}

async function signIn(): Promise<void> {
  await page.getByLabelText('Email or username').fill('alex')
  await page.getByLabelText('Password', { exact: true }).fill('secret')
  await page.getByRole('button', { name: 'Sign in' }).click()
}

describe('a page that is shown again after it led away', () => {
  test('says that sign-in was not completed, and leads to hosted sign-in when the person wants it', async () => {
    const { navigate } = signInPage(hostedOnly, nobody, { auto: true })
    await expect.poll(() => navigate.mock.calls.length).toBe(1)
    comeBack()
    await expect.element(page.getByRole('alert').getByText(/could not be completed/)).toBeVisible()
    expect(navigate).toHaveBeenCalledTimes(1)
    await page.getByRole('button', { name: 'Start again' }).click()
    await expect.poll(() => navigate.mock.calls.length).toBe(2)
  })

  test('begins anew where somebody had signed in and is signed out since', async () => {
    const { navigate } = signInPage({ ...first, next: adopted }, nobody)
    await signIn()
    await expect.poll(() => navigate.mock.calls).toEqual([['https://id.test/adopt']])
    comeBack()
    await expect.element(page.getByRole('button', { name: 'Sign in' })).not.toHaveAttribute('aria-busy')
    await expect.element(page.getByLabelText('Password', { exact: true })).toHaveValue('')
    await signIn()
    await expect.poll(() => navigate.mock.calls.length).toBe(2)
  })

  test('begins nothing while somebody is signed in, nor when it was not kept', async () => {
    const { asked, navigate } = signInPage({ ...first, next: adopted }, signedIn)
    await signIn()
    await expect.poll(() => navigate.mock.calls.length).toBe(1)
    comeBack(false)
    expect(asked).not.toHaveBeenCalled()
    comeBack()
    await expect.poll(() => asked.mock.calls.length).toBe(1)
    await new Promise((resolve) => setTimeout(resolve, 20))
    await expect.element(page.getByRole('button', { name: 'Sign in Checking' })).toHaveAttribute('aria-busy', 'true')
  })

  test('keeps the step that it was left at, and does not listen once the sign-in is gone', async () => {
    const { asked, unmount, navigate } = signInPage({ ...first, next: adopted }, nobody)
    await page.getByLabelText('Email or username').fill('alex')
    comeBack()
    await expect.element(page.getByLabelText('Email or username')).toHaveValue('alex')
    await signIn()
    await expect.poll(() => navigate.mock.calls.length).toBe(1)
    unmount()
    comeBack()
    expect(asked).not.toHaveBeenCalled()
  })
})

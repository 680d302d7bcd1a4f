import type { BffSession } from '@cardea/protocol'
import { expect, onTestFinished, test, vi } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import type { Component } from 'vue'
import { h } from 'vue'
import MenuStory from '../gallery/MenuStory.vue'
import { scripted } from '../gallery/scripted.ts'
import { stories } from '../gallery/stories.ts'
import { Callback, Show, SignedIn, SignedOut, SignIn, SignInButton, SignOutButton, UserButton } from '../src/index.ts'
import { mount, visit } from './mount.ts'

const nothing = { title: '' }
const signedOut = { session: async () => ({ status: 'signed-out' as const }) }
const refusing = {
  signOut: () => new Promise<never>((_, reject) => setTimeout(() => reject(new Error('503')), 10)),
}
const inside = (outer: Component, inner: Component, props: Record<string, unknown>) => () =>
  h(outer, null, { default: () => h(inner, props) })

test('who is signed in sees what is for them, and nothing else', async () => {
  const Page = () => [
    h(SignedIn, null, { default: ({ user }: { user: { name?: string } }) => `Hello ${user.name}` }),
    h(SignedOut, null, { default: () => 'Who are you?' }),
    h(
      Show,
      { when: (session: BffSession | { status: 'unknown' }) => session.status === 'signed-in' },
      {
        default: () => h('p', 'for some'),
        fallback: () => 'not for you',
        loading: () => 'wait',
      },
    ),
  ]
  const { root } = mount(Page, {}, nothing)
  expect(root.textContent).toBe('wait')
  await expect.element(page.getByText('for some')).toBeVisible()
  expect(root.textContent).toBe('Hello Alex Riverafor some')
})

test('sign-in is a link that comes back to this page; sign-out is a form', async () => {
  const { root } = mount(() => [h(SignInButton), h(SignOutButton, { returnTo: '/' })], {}, nothing)
  const here = new URLSearchParams({ returnTo: location.pathname + location.search })
  await expect.element(page.getByRole('link', { name: 'Sign in' })).toHaveAttribute('href', `/auth/login?${here}`)
  expect(root.querySelector('form')?.getAttribute('action')).toBe('/auth/sign-out')
  expect(root.querySelector('form')?.method).toBe('post')
})

test('signing out is seen at once', async () => {
  mount(() => [h(SignOutButton), h(SignedOut, null, { default: () => h('p', 'Bye') })], {}, nothing)
  await page.getByRole('button', { name: 'Sign out' }).click()
  await expect.element(page.getByText('Bye')).toBeVisible()
})

test('the menu by keyboard: opens, wraps, jumps by letter, closes to its button', async () => {
  mount(MenuStory, {}, nothing)
  const trigger = page.getByRole('button', { name: 'Account of Alex Rivera' })
  await expect.element(trigger).toHaveAttribute('aria-expanded', 'false')
  ;(await trigger.findElement()).focus()
  await userEvent.keyboard('{ArrowDown}')
  await expect.element(page.getByRole('menuitem', { name: 'Account and security' })).toHaveFocus()
  await userEvent.keyboard('{ArrowUp}')
  await expect.element(page.getByRole('menuitem', { name: 'Sign out' })).toHaveFocus()
  await userEvent.keyboard('{ArrowDown}{End}{Home}c')
  await expect.element(page.getByRole('menuitem', { name: 'Credentials' })).toHaveFocus()
  await userEvent.keyboard('{Escape}')
  await expect.element(trigger).toHaveFocus()
  await expect.element(trigger).toHaveAttribute('aria-expanded', 'false')
})

test('the menu by mouse: opens, and a press beside it closes it', async () => {
  mount(MenuStory, {}, nothing)
  await page.getByRole('button', { name: 'Account of Alex Rivera' }).click()
  await expect.element(page.getByRole('menu')).toBeVisible()
  await userEvent.click(document.body, { position: { x: 5, y: 700 } })
  await expect.element(page.getByRole('menu')).not.toBeInTheDocument()
})

test('signed-out is told by a button that goes away with it', async () => {
  const onSignedOut = vi.fn()
  mount(inside(SignedIn, SignOutButton, { onSignedOut }), {}, nothing)
  await page.getByRole('button', { name: 'Sign out' }).click()
  await expect.element(page.getByRole('button')).not.toBeInTheDocument()
  expect(onSignedOut).toHaveBeenCalledTimes(1)
})

test('success is told by a sign-in that goes away with it', async () => {
  const session = await scripted(nothing).session()
  const story = { ...stories.password, title: '', next: { status: 'signed-in' as const, session, returnTo: '/' } }
  const onSuccess = vi.fn()
  mount(inside(SignedOut, SignIn, { sso: false, onSuccess }), {}, story, 0, signedOut)
  await page.getByLabelText('Password', { exact: true }).fill('secret')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect.element(page.getByRole('heading')).not.toBeInTheDocument()
  expect(onSuccess.mock.calls).toEqual([[session]])
})

test('the link comes back to the page that is on show when it is pressed', async () => {
  const { root } = mount(() => [h(SignInButton), h(SignIn, { mode: 'hosted' })], {}, nothing, 0, {
    loginUrl: ({ returnTo = '' }) => `/auth/login?${new URLSearchParams({ returnTo })}`,
  })
  const stay = (event: Event) => event.preventDefault()
  root.addEventListener('click', stay)
  onTestFinished(() => root.removeEventListener('click', stay))
  visit('/calendar?day=1#noon')
  for (const link of root.querySelectorAll('a')) {
    link.click()
    expect(link.getAttribute('href')).toBe('/auth/login?returnTo=%2Fcalendar%3Fday%3D1%23noon')
  }
  expect(root.querySelectorAll('a')).toHaveLength(2)
})

test('hosted sign-in that came back with an error says so, and its link does not come back to that', async () => {
  visit('/?cardea_error=authorization.access_denied')
  const { root } = mount(() => h(SignIn, { mode: 'hosted' }, { header: () => h('p', 'Welcome') }), {}, nothing, 0, {
    loginUrl: ({ returnTo = '' }) => `/auth/login?${new URLSearchParams({ returnTo })}`,
  })
  await expect.element(page.getByRole('alert').getByText(/Access was denied/)).toBeVisible()
  expect(root.querySelector('a')?.getAttribute('href')).toBe('/auth/login?returnTo=%2F')
  await expect.element(page.getByText('Welcome')).toBeVisible()
})

test('a sign-out that nobody answers is told, in the menu and as an event', async () => {
  const onError = vi.fn()
  mount(UserButton, { onError }, nothing, 0, refusing)
  await page.getByRole('button', { name: 'Account of Alex Rivera' }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await expect.element(page.getByRole('alert').getByText(/Something went wrong/)).toBeVisible()
  expect(onError).toHaveBeenCalledTimes(1)
})

test('without an e-mail address the menu says the username below the name', async () => {
  const user = { sub: 'usr_1', name: 'Alex Rivera', preferredUsername: 'alex' }
  mount(UserButton, {}, nothing, 0, { session: async () => ({ status: 'signed-in', user, expiresAt: 4_000_000_000 }) })
  await page.getByRole('button', { name: 'Account of Alex Rivera' }).click()
  await expect.element(page.getByText('alex', { exact: true })).toBeVisible()
})

test('a callback without a session says so, and offers to sign in again', async () => {
  const onError = vi.fn()
  mount(Callback, { onError }, nothing, 0, signedOut)
  await expect.element(page.getByRole('alert')).toBeVisible()
  await expect.element(page.getByRole('link', { name: 'Sign in' })).toBeVisible()
  expect(onError).toHaveBeenCalledTimes(1)
})

test.each([
  ['/calendar?day=1', `${location.origin}/calendar?day=1`],
  ['javascript:alert(1)', `${location.origin}/`],
  ['https://evil.example/', `${location.origin}/`],
  ['//evil.example', `${location.origin}/`],
  ['/\\evil.example', `${location.origin}/`],
  ['http://[', `${location.origin}/`],
])('T-RED-05 a callback with returnTo %j goes on to %s', async (returnTo, goal) => {
  const navigate = vi.fn()
  mount(Callback, { returnTo }, nothing, 0, {}, { navigate })
  await vi.waitFor(() => expect(navigate.mock.calls).toEqual([[goal]]))
})

test('a callback that was left meanwhile goes nowhere', async () => {
  const navigate = vi.fn()
  const asked = Promise.withResolvers<BffSession>()
  const { unmount } = mount(Callback, { onError: navigate }, nothing, 0, { session: () => asked.promise }, { navigate })
  unmount()
  asked.resolve(await scripted(nothing).session())
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(navigate).not.toHaveBeenCalled()
})

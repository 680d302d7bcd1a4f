import type { BffSession } from '@cardea/protocol'
import { expect, test } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { h } from 'vue'
import MenuStory from '../gallery/MenuStory.vue'
import { Show, SignedIn, SignedOut, SignInButton, SignOutButton } from '../src/index.ts'
import { mount } from './mount.ts'

const nothing = { title: '' }

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

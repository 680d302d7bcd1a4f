import { expect, test } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { h } from 'vue'
import { both, email, emailSent, many, message, one, passkey, password, totp } from '../gallery/steps.ts'
import { stories } from '../gallery/stories.ts'
import NativeSignIn from '../src/sign-in/NativeSignIn.vue'
import { mount, mountSignIn, step, visit } from './mount.ts'

const alex = { identifier: 'alex@northwind.test' }
const first = { title: '', step: many([password, passkey, email], alex) }

test('the first field has the focus; Enter goes on; the next field has it then', async () => {
  const { sent } = mountSignIn({
    title: '',
    step: many([...(stories.identifier?.step?.authenticators ?? [])]),
    next: step(first.step, 2),
  })
  await expect.element(page.getByLabelText('Email or username')).toHaveFocus()
  await userEvent.keyboard('alex@northwind.test{Enter}')
  await expect.element(page.getByLabelText('Password', { exact: true })).toHaveFocus()
  expect(sent.at(-1)?.params).toEqual({ username: 'alex@northwind.test' })
})

test('a password manager sees whose password it is, and the server does not get it twice', async () => {
  const { root, sent } = mountSignIn(first)
  await page.getByLabelText('Password', { exact: true }).fill('secret')
  const username = root.querySelector<HTMLInputElement>('input[autocomplete="username"]')
  expect(username?.value).toBe('alex@northwind.test')
  await page.getByRole('button', { name: 'Sign in' }).click()
  expect(sent.at(-1)?.params).toEqual({ password: 'secret' })
})

test('a wrong password: words under the field, linked to it, the field empty and in focus', async () => {
  const wrong = many([password], { ...alex, messages: [message('password.rejected')] })
  mountSignIn({ ...first, next: step(wrong, 2, true) })
  const field = page.getByLabelText('Password', { exact: true })
  await field.fill('nope')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect.element(page.getByRole('alert').getByText(/That password doesn’t match/)).toBeVisible()
  await expect.element(field).toHaveFocus()
  await expect.element(field).toHaveValue('')
  await expect.element(field).toBeInvalid()
  await expect.element(field).toHaveAccessibleDescription(/doesn’t match/)
})

test('wrong details keep the username and empty the password', async () => {
  const wrong = one(both, { messages: [message('credential.rejected')] })
  mountSignIn({ title: '', step: one(both), next: step(wrong, 2, true) })
  await page.getByLabelText('Email or username').fill('alex')
  await page.getByLabelText('Password', { exact: true }).fill('nope')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect.element(page.getByLabelText('Password', { exact: true })).toHaveFocus()
  await expect.element(page.getByLabelText('Password', { exact: true })).toHaveValue('')
  await expect.element(page.getByLabelText('Email or username')).toHaveValue('alex')
})

test('what was typed while a passkey was made ready is still there', async () => {
  const story = { title: '', step: many([both, passkey]) }
  const { sent, answered } = mountSignIn(story, {}, 300)
  await page.getByLabelText('Email or username').fill('alex')
  await page.getByLabelText('Password', { exact: true }).fill('secret')
  expect(answered).toEqual([])
  await expect.poll(() => answered).toHaveLength(1)
  await expect.element(page.getByLabelText('Email or username')).toHaveValue('alex')
  await expect.element(page.getByLabelText('Password', { exact: true })).toHaveValue('secret')
  await page.getByRole('button', { name: 'Sign in' }).click()
  expect(sent.at(-1)).toMatchObject({ version: 2, params: { username: 'alex', password: 'secret' } })
})

test('two empty fields are each named, with a summary, and nothing is sent', async () => {
  const { sent } = mountSignIn({ title: '', step: one(both) })
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect.element(page.getByText('2 fields need your attention.')).toBeVisible()
  await expect.element(page.getByText('Enter your password.')).toBeVisible()
  await expect.element(page.getByLabelText('Email or username')).toHaveFocus()
  expect(sent).toEqual([])
})

test('a pending button keeps its width and its name, and says that it is busy', async () => {
  mountSignIn(first)
  const button = page.getByRole('button', { name: /^Sign in/ })
  await expect.element(button).toBeVisible()
  const width = button.element().getBoundingClientRect()
  await page.getByLabelText('Password', { exact: true }).fill('secret')
  await button.click()
  await expect.element(button).toHaveAttribute('aria-busy', 'true')
  await expect.element(page.getByRole('img', { name: 'Checking' })).toBeVisible()
  await expect.element(page.getByRole('status').getByText('Checking')).toBeInTheDocument()
  expect(button.element().getBoundingClientRect()).toEqual(width)
})

test('another way is one press away, and Change goes back to who it is', async () => {
  const { sent } = mountSignIn(first)
  await expect.element(page.getByText('Try another way')).toBeVisible()
  expect(page.getByRole('button', { name: 'Email me a code' }).query()).toBeNull()
  await page.getByText('Try another way').click()
  await page.getByRole('button', { name: 'Email me a code' }).click()
  expect(sent.at(-1)).toMatchObject({ authenticatorId: email.authenticatorId })
})

test('Change asks for the identifier again', async () => {
  const { sent } = mountSignIn(first)
  await page.getByRole('button', { name: 'Change' }).click()
  expect(sent.at(-1)).toMatchObject({ authenticatorId: stories.identifier?.step?.authenticators[0]?.authenticatorId })
})

test('the password can be looked at, and hidden again', async () => {
  mountSignIn(first)
  const field = page.getByLabelText('Password', { exact: true })
  await page.getByRole('button', { name: 'Show password' }).click()
  await expect.element(field).toHaveAttribute('type', 'text')
  await page.getByRole('button', { name: 'Hide password' }).click()
  await expect.element(field).toHaveAttribute('type', 'password')
})

test('a code is one field: typed, pasted with spaces, filled by the phone', async () => {
  const { root, sent } = mountSignIn({ title: '', step: one(totp, alex) })
  const field = page.getByLabelText('Six-digit code')
  await expect.element(field).toHaveFocus()
  await expect.element(field).toHaveAttribute('autocomplete', 'one-time-code')
  await expect.element(field).toHaveAttribute('inputmode', 'numeric')
  await userEvent.keyboard('4a1b9')
  await expect.element(field).toHaveValue('419')
  expect(root.querySelector('.cardea-code')?.getAttribute('data-active')).toBe('3')

  const clipboardData = new DataTransfer()
  clipboardData.setData('text', 'Your code: 123 456.')
  field.element().dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }))
  await expect.element(field).toHaveValue('123456')
  await userEvent.keyboard('{Enter}')
  expect(sent.at(-1)?.params).toEqual({ token: '123456' })
})

test('the digits stand in the middle of their cells', async () => {
  const { root } = mountSignIn({ title: '', step: one(totp, alex) })
  await expect.element(page.getByLabelText('Six-digit code')).toBeVisible()
  const input = root.querySelector<HTMLInputElement>('.cardea-code-input')
  const cells = [...root.querySelectorAll('.cardea-code-cells span')].map((cell) => cell.getBoundingClientRect())
  if (!input) throw new Error('no code field')
  expect(cells).toHaveLength(6)
  const style = getComputedStyle(input)
  const pen = document.createElement('canvas').getContext('2d')
  if (!pen) throw new Error('no canvas')
  pen.font = style.font
  const digit = pen.measureText('0').width
  const left = input.getBoundingClientRect().left + Number.parseFloat(style.paddingLeft)
  cells.forEach((cell, index) => {
    const centre = left + index * (digit + Number.parseFloat(style.letterSpacing)) + digit / 2
    expect(Math.abs(centre - (cell.left + cell.width / 2))).toBeLessThan(1.5)
  })
})

test('a new code can be asked for when the wait is over, not before', async () => {
  const soon = {
    ...emailSent,
    metadata: { ...emailSent.metadata, additionalData: { maskedAddress: 'a•••@x', resendIn: '1' } },
  }
  const { sent } = mountSignIn({ title: '', step: one(soon, alex) })
  const waiting = page.getByRole('button', { name: 'Send a new code in 0:01' })
  await expect.element(waiting).toBeVisible()
  waiting.element().dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true }))
  expect(sent).toEqual([])
  const ready = page.getByRole('button', { name: 'Send a new code', exact: true })
  await expect.element(ready).toBeVisible()
  await ready.click()
  expect(sent.at(-1)?.params).toEqual({ resendCode: 'true' })
})

test('the card keeps its width from step to step', async () => {
  const { root } = mountSignIn({
    title: '',
    step: stories.identifier?.step ?? first.step,
    next: step(stories['totp-enrolment']?.step, 2),
  })
  const card = root.querySelector('.cardea-card')
  const before = card?.getBoundingClientRect().width
  await page.getByLabelText('Email or username').fill('tara')
  await page.getByRole('button', { name: 'Continue' }).click()
  await expect.element(page.getByRole('heading', { name: 'Set up an authenticator app' })).toBeVisible()
  expect(card?.getBoundingClientRect().width).toBe(before)
})

test('the key can be read, and copied without its spaces', async () => {
  mountSignIn(stories['totp-enrolment'] ?? first)
  await expect.element(page.getByRole('img', { name: 'QR code for your authenticator app' })).toBeVisible()
  await expect.element(page.getByText(/JBSW Y3DP EHPK 3PXP JBSW/)).toBeVisible()
  await page.getByRole('button', { name: 'Copy key' }).click()
  await expect.element(page.getByRole('button', { name: 'Copied' })).toBeVisible()
})

test('consent names who asks, for what and where it goes; either answer is one press', async () => {
  const { sent } = mountSignIn(stories.consent ?? first)
  await expect.element(page.getByRole('heading', { name: 'Contoso Reports asks for access' })).toBeVisible()
  await expect.element(page.getByText('read the events of your calendar')).toBeVisible()
  await expect.element(page.getByText('use Northwind Tasks in your name')).toBeVisible()
  await expect.element(page.getByText(/you go back to reports.contoso.test/)).toBeVisible()
  await page.getByRole('button', { name: 'Don’t allow' }).click()
  expect(sent).toMatchObject([{ decision: 'deny' }])
})

test('an ended flow says so, with its reference, and starts again', async () => {
  mountSignIn(stories.failed ?? first)
  await expect.element(page.getByRole('alert').getByText(/This took too long/)).toBeVisible()
  await expect.element(page.getByText('Reference: 4bf92f3577b34da6')).toBeVisible()
  await expect.element(page.getByRole('button', { name: 'Start again' })).toBeVisible()
})

test('the words of an ended flow have the focus, and after Start again the first field has it', async () => {
  const failed = stories.failed?.failed
  if (!failed) throw new Error('no story')
  mountSignIn({ ...first, next: { status: 'failed', error: failed } }, { autofocus: false })
  await page.getByLabelText('Password', { exact: true }).fill('x')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect.element(page.getByRole('heading', { name: 'Sign-in stopped' })).toHaveFocus()
  await page.getByRole('button', { name: 'Start again' }).click()
  await expect.element(page.getByLabelText('Password', { exact: true })).toHaveFocus()
})

test('a page that hosted sign-in sent back with an error says so, and starts when the person wants it', async () => {
  visit('/?cardea_error=authorization.access_denied')
  mountSignIn(first, { auto: true })
  await expect.element(page.getByRole('alert').getByText(/Access was denied/)).toBeVisible()
  await page.getByRole('button', { name: 'Start again' }).click()
  await expect.element(page.getByRole('heading', { name: 'Enter your password' })).toBeVisible()
  expect(location.search).toBe('')
})

test('two forms on one page have no id in common', async () => {
  const Both = () => [h(NativeSignIn, { autofocus: false }), h(NativeSignIn, { autofocus: false })]
  mount(Both, {}, first)
  await expect.element(page.getByRole('heading', { name: 'Enter your password' }).first()).toBeVisible()
  const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id)
  expect(ids.length).toBeGreaterThan(4)
  expect(new Set(ids).size).toBe(ids.length)
})

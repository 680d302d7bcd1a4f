import { en } from '@cardea/locales/en'
import type { BffSession, NativeStep } from '@cardea/protocol'
import { renderToString } from '@vue/server-renderer'
import { describe, expect, test } from 'vitest'
import type { Component } from 'vue'
import { createSSRApp, h } from 'vue'
import { stories } from '../../gallery/stories.ts'
import { createCardea, SignedIn, SignedOut, SignIn, SignInButton } from '../../src/index.ts'

const render = (component: Component, props: Record<string, unknown> = {}, snapshot?: BffSession): Promise<string> =>
  renderToString(createSSRApp(component, props).use(createCardea({ messages: en, ...(snapshot && { snapshot }) })))

const hosted = (step: NativeStep | undefined) => ({
  mode: 'native',
  initial: { step, version: 7, retry: false },
  form: { action: '/flow/flw_1', csrf: 'token"<', version: 7 },
})

/** The forms of a page as a browser without JavaScript would send them. */
const formsOf = (html: string) =>
  [...html.matchAll(/<form[^>]*>.*?<\/form>/gs)].map(([form]) => ({
    action: form.match(/<form[^>]* action="([^"]*)"/)?.[1],
    method: form.match(/<form[^>]* method="([^"]*)"/)?.[1],
    names: [...form.matchAll(/<(?:input|button)[^>]* name="([^"]*)"/g)].map(([, name]) => name),
  }))

describe('a hosted page without JavaScript', () => {
  test('the first HTML has the step, as a form that posts what the door expects', async () => {
    const html = await render(SignIn, hosted(stories.identifier?.step))
    expect(html).toContain('Sign in</h1>')
    expect(formsOf(html)).toEqual([
      { action: '/flow/flw_1', method: 'post', names: ['csrf', 'version', 'authenticatorId', 'username'] },
      { action: '/flow/flw_1', method: 'post', names: ['csrf', 'version', 'authenticatorId'] },
    ])
    expect(html).toContain('value="token&quot;&lt;"')
    expect(html).toContain('autocomplete="username webauthn"')
    expect(html).toMatch(/<input[^>]*id="[^"]*-username"[^>]* autofocus/)
  })

  test('an error stands under its field in the first HTML', async () => {
    const html = await render(SignIn, hosted(stories['password-wrong']?.step))
    expect(html).toMatch(/aria-describedby="([^"]+)"[\s\S]*id="\1"[^>]*role="alert"/)
    expect(html).not.toMatch(/type="password"[^>]* value=/)
  })

  test('the other ways open without a script', async () => {
    const html = await render(SignIn, hosted(stories.password?.step))
    expect(html).toMatch(/<details[^>]*>.*<summary[^>]*>\s*Try another way/s)
  })

  test('consent is one form with two answers', async () => {
    const html = await render(SignIn, hosted(stories.consent?.step))
    const [form] = formsOf(html)
    expect(form?.names).toEqual(['csrf', 'version', 'decision', 'decision'])
    expect(html).toMatch(/name="decision" value="deny"/)
  })

  test('the key of an authenticator app is there as picture and as text', async () => {
    const html = await render(SignIn, hosted(stories['totp-enrolment']?.step))
    expect(html).toContain('JBSW Y3DP EHPK 3PXP')
    expect(html).toMatch(/<svg[^>]*viewBox="0 0 41 41"/)
  })

  test('no style or script stands in the HTML: a strict content security policy holds', async () => {
    for (const { step } of Object.values(stories)) {
      if (!step) continue
      const html = await render(SignIn, hosted(step))
      expect(html).not.toMatch(/ style=|<style|<script| on[a-z]+=/)
    }
  })
})

describe('an app’s page', () => {
  const alex: BffSession = { status: 'signed-in', user: { sub: 'usr_1', name: 'Alex' }, expiresAt: 4_000_000_000 }
  const Page = () => [
    h(SignedIn, null, { default: ({ user }: { user: { name?: string } }) => `Hello ${user.name}` }),
    h(SignedOut, null, { default: () => h(SignInButton) }),
  ]

  test('two people rendered at once do not mix', async () => {
    const [one, other] = await Promise.all([render(Page, {}, alex), render(Page, {}, { status: 'signed-out' })])
    expect(one).toContain('Hello Alex')
    expect(other).not.toContain('Alex')
    expect(other).toContain('href="/auth/login"')
  })

  test('hosted mode is a link', async () => {
    const html = await render(SignIn, { mode: 'hosted', appName: 'Calendar', returnTo: '/calendar' })
    expect(html).toContain('href="/auth/login?returnTo=%2Fcalendar"')
  })
})

import { portal } from '@cardea/locales/en/portal'
import { renderToString } from '@vue/server-renderer'
import { describe, expect, test } from 'vitest'
import type { Component } from 'vue'
import { createSSRApp } from 'vue'
import ConfirmDialog from '../src/account/ConfirmDialog.vue'
import ListSearch from '../src/account/ListSearch.vue'
import TotpDialog from '../src/account/TotpDialog.vue'
import { renderPage } from '../src/server.ts'
import { textsKey } from '../src/texts.ts'
import { views } from './views.fixture.ts'

const render = async (name: string) => {
  const view = views[name]
  if (!view) throw new Error(`no fixture ${name}`)
  return renderPage(view)
}

/** The page as a browser without JavaScript gets it. */
const markup = ({ body }: { body: string }) => body.slice(0, body.indexOf('<script id="view"'))

const formsOf = (html: string) => html.match(/<form[\s\S]*?<\/form>/g) ?? []

describe('every page', () => {
  test.each(Object.keys(views))(
    '%s is drawn on the server without inline styles, handlers or scripts',
    async (name) => {
      const page = await render(name)
      const html = markup(page)
      expect(html).not.toMatch(/<script|\son[a-z]+=|\sstyle=/)
      expect(html).toMatch(/<h1/)
      expect(html.match(/<main/g)).toHaveLength(1)
      expect(page.head).toMatch(/<title>[^<]+<\/title>/)
    },
  )

  test.each(Object.keys(views))('%s keeps the nonce out of the data that scripts read', async (name) => {
    const { body } = await render(name)
    expect(body).not.toContain('n0nce')
  })
})

describe('hosted sign-in works as a plain form', () => {
  const steps = ['sign-in', 'password', 'password-wrong', 'email-code', 'totp', 'totp-enrolment', 'consent']

  test.each(steps)('%s posts to the flow with its token and version', async (name) => {
    const forms = formsOf(markup(await render(name)))
    expect(forms.length).toBeGreaterThan(0)
    for (const form of forms) {
      expect(form).toMatch(/method="post"/)
      expect(form).toContain('action="/flow/flw_fixture"')
      expect(form).toMatch(/name="csrf"[^>]*value="csrf-token"|value="csrf-token"[^>]*name="csrf"/)
      expect(form).toMatch(/<button/)
    }
  })

  test('a wrong password is explained beside its field', async () => {
    const html = markup(await render('password-wrong'))
    expect(html).toContain('That password doesn’t match')
    expect(html).toMatch(/aria-invalid="true"/)
  })

  test('consent says who asks, for what, and where it goes', async () => {
    const html = markup(await render('consent'))
    for (const text of ['Harbour Insights', 'See your e-mail address', 'harbour.example', 'alex@northwind.test'])
      expect(html).toContain(text)
  })

  test('an authenticator app can be set up from the picture or the key', async () => {
    const html = markup(await render('totp-enrolment'))
    expect(html).toContain('M0 0h7v7h-7z')
    expect(html.replace(/\s/g, '')).toContain('JBSWY3DPEHPK3PXP')
  })
})

describe('branding', () => {
  test('an organization’s two colours come in a style element with the page’s nonce', async () => {
    const view = views['sign-in']
    if (view?.page !== 'sign-in') throw new Error('no fixture')
    const organization = {
      id: 'org_demo',
      handle: 'demo',
      name: 'Northwind',
      branding: { accent: '#0a7', primary: '#123' },
    }
    const { head } = await renderPage({ ...view, organization })
    expect(head).toContain('<style nonce="n0nce">:root{--cardea-accent:#0a7;--cardea-primary:#123}</style>')
  })

  test('a name with markup in it stays text', async () => {
    const view = views.logout
    if (view?.page !== 'logout') throw new Error('no fixture')
    const name = '</script><script>alert(1)</script>'
    const { head, body } = await renderPage({ ...view, organization: { id: 'org_x', handle: 'x', name } })
    expect(head + body).not.toContain('<script>alert')
  })
})

test('signing out is one form with what the engine needs to know', async () => {
  const [form = ''] = formsOf(markup(await render('logout')))
  expect(form).toContain('action="/oidc/logout"')
  expect(form).toContain('name="state"')
  expect(form).toContain('name="csrf"')
})

test('an error says what to do next and which reference to give', async () => {
  const html = markup(await render('error'))
  expect(html).toContain('k3jX0aQ1mZ')
  expect(html).toContain('href="/oauth2/authorize?client_id=calendar"')
})

describe('an error page', () => {
  const failed = (code: string, status: number, params: Record<string, string> = {}) => {
    const view = views.error
    if (view?.page !== 'error') throw new Error('no fixture')
    return renderPage({ ...view, code, status, params })
  }

  test('counts right, although its parameters travelled as text', async () => {
    expect(markup(await failed('request.rate_limited', 429, { seconds: '1' }))).toContain('Wait 1 second and')
  })

  test.each([
    ['flow.expired', 400],
    ['authorization.redirect_uri_invalid', 400],
    ['request.not_found', 404],
    ['request.rate_limited', 429],
    ['request.internal', 500],
  ])('of %s is called what its heading says', async (code, status) => {
    const page = await failed(code, status, { path: '/x', seconds: '5' })
    const title = /<title>(.*?) · /.exec(page.head)?.[1]
    expect(markup(page)).toContain(`>${title}</h1>`)
  })
})

test('a list that its search made short can still be searched', async () => {
  const draw = (search: string) => {
    const app = createSSRApp(ListSearch, { label: 'Find', count: 3, shown: 0, modelValue: search })
    return renderToString(app.provide(textsKey, portal))
  }
  expect(await draw('')).not.toContain('<input')
  expect(await draw('x')).toContain('<input')
})

test.each<[string, Component, object]>([
  ['a question', ConfirmDialog, { title: 'Turn it off?', text: '', action: 'Turn off', modelValue: true }],
  ['a set-up', TotpDialog, { enrolment: { id: 'enr_1', authenticator: 'totp', params: ['token'], data: {} } }],
])(
  'while the answer to %s is on its way its button is not disabled: it would drop the focus',
  async (_, dialog, props) => {
    const draw = (pending: boolean) =>
      renderToString(createSSRApp(dialog, { ...props, pending }).provide(textsKey, portal))
    expect(await draw(true)).not.toMatch(/ disabled/)
    expect((await draw(true)).match(/<button[^>]* aria-disabled="true"/g)).toHaveLength(1)
    expect(await draw(false)).not.toContain('aria-disabled')
  },
)

test('a sign-in that is not known can be started again by a link, without a script', async () => {
  expect(markup(await render('error-lost'))).toMatch(
    /<a[^>]* href="http:\/\/localhost:3000\/account"[^>]*>Start again<\/a>/,
  )
})

test('empty lists say what they are for', async () => {
  const html = markup(await render('account-empty'))
  expect(html).toContain('No passkey yet')
  expect(html).toContain('When an app asks for access')
})

describe('before its script has run', () => {
  /** What of the page stands inside the disabled fieldset (HTML: all its controls are disabled then). */
  const disabled = (html: string) => html.match(/<fieldset[^>]* disabled[\s\S]*<\/fieldset>/)?.[0] ?? ''

  test.each(['account', 'account-empty'])('every control of %s is disabled, so that no click is lost', async (name) => {
    const html = markup(await render(name))
    const controls = (text: string) => text.match(/<(?:button|input|select|textarea)\b/g)?.length ?? 0
    expect(controls(html)).toBeGreaterThan(5)
    expect(controls(disabled(html))).toBe(controls(html))
    expect(html).toContain('Changes on this page need JavaScript')
  })

  const plain = Object.keys(views).filter((name) => !name.startsWith('account'))
  test.each(plain)('%s waits for nothing but a passkey, which takes a script', async (name) => {
    const html = markup(await render(name))
    expect(html).not.toMatch(/<fieldset|<input[^>]*\sdisabled/)
    const buttons = html.match(/<button\b[\s\S]*?<\/button>/g) ?? []
    const waiting = buttons.filter((button) => /^<button[^>]*\sdisabled/.test(button))
    expect(waiting).toEqual(buttons.filter((button) => /passkey/i.test(button)))
  })
})

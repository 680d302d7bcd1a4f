import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { currentCode } from '../../authenticators/totp/code.ts'
import type { TestEngine } from '../../testing.ts'
import { testEngine } from '../../testing.ts'

const seed = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'

describe('the development inbox', () => {
  let engine: TestEngine
  beforeAll(async () => {
    engine = await testEngine({
      development: true,
      config: {
        organizations: [
          { handle: 'demo', name: 'Northwind' },
          { handle: 'acme', name: 'Acme <b>& Co', parent: 'demo' },
        ],
        accounts: [
          { username: 'tara@demo.test', email: 'tara@demo.test', emailVerified: true, totp: seed },
          { username: 'alex@demo.test', email: 'alex@demo.test', emailVerified: true },
        ],
      },
    })
    const send = (handle: string, to: string, code: string) =>
      engine.engine.store.unit(async (unit) => {
        const organization = await engine.engine.organizations.find(handle)
        if (!organization) throw new Error('no organization')
        const params = { code, minutes: '10' }
        await engine.engine.messages.queue(unit, {
          org: organization.id,
          channel: 'email',
          to,
          template: 'email-otp',
          locale: 'en',
          params,
        })
      })
    await send('demo', 'alex@demo.test', '482913')
    await vi.waitFor(() => expect(engine.inbox).toHaveLength(1))
    await send('acme', 'tara@demo.test', '112233')
    await vi.waitFor(() => expect(engine.inbox).toHaveLength(2))
  })
  afterAll(() => engine.close())

  const inbox = async (query = '') => JSON.parse(await (await engine.fetch(`/dev/inbox.json${query}`)).text())

  test('holds what was sent, newest first, and the current codes', async () => {
    const { mails, codes } = await inbox()
    expect(mails.map((mail: { to: string; subject: string }) => [mail.to, mail.subject])).toEqual([
      ['tara@demo.test', '112233 is your Acme <b>& Co sign-in code'],
      ['alex@demo.test', '482913 is your Northwind sign-in code'],
    ])
    expect(mails[1].text).toContain('482913')
    expect(codes).toEqual([
      {
        username: 'tara@demo.test',
        email: 'tara@demo.test',
        authenticator: 'totp',
        code: currentCode(seed, engine.clock.now()),
      },
    ])
  })

  test('can be narrowed to one address', async () => {
    const { mails, codes } = await inbox('?to=ALEX')
    expect(mails.map((mail: { to: string }) => mail.to)).toEqual(['alex@demo.test'])
    expect(codes).toEqual([])
  })

  test.each(['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example', '192.168.1.7:3000', ''])(
    'T-RED-07 is not there for another name of this machine, which anybody can make (DNS rebinding): %j',
    async (host) => {
      for (const path of ['/dev/inbox', '/dev/inbox.json']) {
        const answer = await engine.fetch(path, { headers: { host } })
        expect(answer.status).toBe(404)
        expect(await answer.text()).not.toContain('482913')
      }
      const target = new Request(`http://${host || '0.0.0.0'}/dev/inbox.json`)
      expect((await engine.fetch(target)).status).toBe(404)
    },
  )

  test.each(['localhost:3000', 'localhost', 'app.localhost:3000', '127.0.0.1:3000', '[::1]:3000', 'LOCALHOST'])(
    'is there by %s',
    async (host) => {
      expect((await engine.fetch('/dev/inbox.json', { headers: { host } })).status).toBe(200)
    },
  )

  test('is there by the public name', async () => {
    const named = await testEngine({ development: true, publicUrl: 'https://id.example' })
    expect((await named.fetch('/dev/inbox.json', { headers: { host: 'id.example' } })).status).toBe(200)
    await named.close()
  })

  test('is a page for a browser, with everything escaped', async () => {
    const answer = await engine.fetch('/dev/inbox', { headers: { accept: 'text/html,*/*' } })
    const page = await answer.text()
    expect(answer.headers.get('content-type')).toContain('text/html')
    expect(page).toContain('482913')
    expect(page).not.toContain('<b>& Co')
    const hostile = await engine.fetch('/dev/inbox?to="><script>alert(1)</script>', {
      headers: { accept: 'text/html' },
    })
    expect(await hostile.text()).not.toContain('<script>alert')
  })
})

test('outside development there is no inbox, and nothing is kept', async () => {
  const engine = await testEngine()
  expect((await engine.fetch('/dev/inbox')).status).toBe(404)
  await engine.engine.sendMail({ to: 'a@b.test', subject: 's', text: 't', html: 'h', idempotencyKey: '1' })
  expect(engine.engine.sentMail()).toEqual([])
  await engine.close()
})

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { TestEngine } from '../../testing.ts'
import { testEngine } from '../../testing.ts'
import { config, ids, locationOf, openBrowser, pages } from './browser.fixture.ts'

let cardea: TestEngine
beforeAll(async () => {
  cardea = await testEngine({ config, pages, standing: true })
})
afterAll(() => cardea.close())

/** Everything a browser can see of a walk that ends with wrong answers, with what is random made equal. */
async function walk(username: string) {
  const browser = openBrowser(cardea)
  const page = await browser.authorize()
  const { form } = await browser.view(page)
  const flow = form.action.split('/').at(-1) ?? ''
  const seen: string[] = []
  const note = async (response: Response) => {
    const html = await response.text()
    const nonce = /'nonce-([^']+)'/.exec(response.headers.get('content-security-policy') ?? '')?.[1] ?? ''
    const view = /(?<=<script type="application\/json">)[^<]*/
    const body = html.replace(view, (encoded) => Buffer.from(encoded, 'base64').toString())
    let text = [response.status, ...response.headers, body].join('\n')
    for (const one of [flow, form.csrf, nonce, `"${username}"`]) text = text.replaceAll(one || '\0', 'OWN')
    seen.push(text.replace(/"challengeData":"[^"]*"/g, (found) => `"challengeData":${found.length}`))
  }
  for (const fields of [
    { authenticatorId: ids.identifier, username },
    { authenticatorId: ids.passkey },
    { authenticatorId: ids['email-otp'] },
    { authenticatorId: ids['email-otp'], resendCode: 'true' },
    { authenticatorId: ids['email-otp'], OTPcode: 'abcdef' },
    { authenticatorId: ids.password, password: 'wrong' },
  ]) {
    const answered = await browser.submit(await browser.view(page), fields)
    await note(answered)
    await note(await browser.go(locationOf(answered)))
  }
  const { step } = await browser.view(page)
  return { seen, last: step.messages[0]?.i18nKey }
}

describe('T-ENU-01 nobody learns on a page whether an account exists', () => {
  test.each([
    ['alex@demo.test', 'ally@demo.test'],
    ['tara@demo.test', 'tina@demo.test'],
    ['bea', 'bob'],
  ])('%s and %s get the same bytes at every step', async (known, unknown) => {
    cardea.clock.advance(3_600_000)
    const [of, ofNobody] = [await walk(known), await walk(unknown)]
    expect(of.last).toBe('message.password.rejected')
    expect(ofNobody).toEqual(of)
  })
})

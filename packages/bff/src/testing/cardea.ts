import { defaultFeatures } from '@cardea/engine'
import { bffSessions } from '@cardea/engine/bff-sessions'
import type { TestEngine } from '@cardea/engine/testing'
import { testEngine } from '@cardea/engine/testing'
import type { CardeaConfig, PageView } from '@cardea/protocol'
import { nodeHandler } from '../node.ts'
import type { Browser } from './browser.ts'
import type { Served } from './serve.ts'
import { reserve } from './serve.ts'

/** The bundled identity provider behind a real HTTP server, with pages that a test can read. */
export interface Cardea extends Served {
  readonly test: TestEngine
  /** What each answer of the token endpoint held, and every code. */
  readonly tokens: string[]
  readonly refreshes: () => number
  /** Fills in the hosted pages, without JavaScript, until the browser is sent to the app. */
  readonly signIn: (browser: Browser, location: string, answers: Record<string, string>) => Promise<string>
}

export const person = { username: 'alex@demo.test', password: 'demo-alex-2026' }

export async function cardea(config: (url: string) => CardeaConfig, outboundAllow: string[]): Promise<Cardea> {
  const port = await reserve()
  const test = await testEngine({
    publicUrl: port.url,
    config: config(port.url),
    outboundAllow,
    features: [...defaultFeatures, bffSessions],
    pages: (view) => ({ head: '', body: `<script type="application/json">${JSON.stringify(view)}</script>` }),
  })
  const tokens: string[] = []
  let refreshes = 0
  const handler = nodeHandler({
    handles: () => true,
    async fetch(request, info) {
      const isToken = new URL(request.url).pathname === '/oauth2/token'
      const asked = isToken ? await request.clone().text() : ''
      const answer = await test.fetch(request, info?.address ? { address: info.address } : {})
      if (isToken && answer.ok) {
        const body = (await answer.clone().json()) as Record<string, string>
        tokens.push(...['access_token', 'refresh_token', 'id_token'].flatMap((name) => body[name] ?? []))
        tokens.push(...(new URLSearchParams(asked).get('code') ?? '').split(' ').filter(Boolean))
        if (asked.includes('grant_type=refresh_token')) refreshes++
      }
      return answer
    },
  })
  port.answer((request, response) => handler(request, response))

  const signIn: Cardea['signIn'] = async (browser, location, answers) => {
    let at = location
    for (let hop = 0; hop < 12; hop++) {
      if (!at.startsWith(port.url)) return at
      const page = await browser.open(at)
      const onward = page.headers.get('location')
      if (onward) {
        at = new URL(onward, at).href
        continue
      }
      const [, json = ''] = /<script type="application\/json">(.*)<\/script>/s.exec(await page.text()) ?? []
      const view = JSON.parse(json) as PageView
      if (view.page !== 'sign-in') throw new Error(json)
      const { authenticators, alternatives = [] } = view.step
      const option = [...authenticators, ...alternatives].find(({ requiredParams = [] }) =>
        requiredParams.every((name) => answers[name]),
      )
      const params = (option?.requiredParams ?? []).map((name) => [name, answers[name] ?? ''])
      const answer = await browser.open(new URL(view.form.action, port.url).href, {
        method: 'POST',
        // As Chromium posts a form of a page with `Referrer-Policy: no-referrer`.
        headers: { origin: 'null', 'sec-fetch-site': 'same-origin' },
        body: new URLSearchParams({
          csrf: view.form.csrf,
          version: String(view.form.version),
          authenticatorId: option?.authenticatorId ?? '',
          ...Object.fromEntries(params),
        }),
      })
      at = new URL(answer.headers.get('location') ?? '', at).href
    }
    throw new Error('sign-in did not come back')
  }

  return {
    ...port,
    test,
    tokens,
    refreshes: () => refreshes,
    signIn,
    close: async () => {
      await port.close()
      await test.close()
    },
  }
}

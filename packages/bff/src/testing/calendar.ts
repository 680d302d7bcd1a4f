import type { BffSession, FlowAnswer } from '@cardea/protocol'
import { nativeAuthenticators } from '@cardea/protocol'
import type { BffOptions } from '../options.ts'
import type { App } from './app.ts'
import { app } from './app.ts'
import type { Browser } from './browser.ts'
import type { NativeProvider } from './native-provider.ts'
import { clientSecret, nativeProvider } from './native-provider.ts'

/** An app with app-native sign-in, and what its page does. */
export interface Calendar extends App {
  readonly idp: NativeProvider
  readonly start: (browser: Browser, body?: object) => Promise<FlowAnswer & { status: 'step' }>
  readonly answer: (browser: Browser, version: number, password: string) => Promise<FlowAnswer>
  readonly signIn: (browser: Browser) => Promise<FlowAnswer>
  readonly session: (browser: Browser) => Promise<BffSession>
}

export const calendarOptions = (issuer: string): Pick<BffOptions, 'issuer' | 'clientId' | 'clientSecret'> => ({
  issuer,
  clientId: 'calendar',
  clientSecret,
})

export async function calendar(options: (url: string) => Partial<BffOptions> = () => ({})): Promise<Calendar> {
  const idp = await nativeProvider()
  const served = await app((url) => ({ ...calendarOptions(idp.url), ...options(url) }))
  const json = async <T>(response: Promise<Response>) => (await (await response).json()) as T

  const start: Calendar['start'] = async (browser, body = {}) => {
    const answer = await json<FlowAnswer>(browser.post(`${served.url}/auth/flow`, body))
    if (answer.status !== 'step') throw new Error(JSON.stringify(answer))
    return answer
  }
  const answer: Calendar['answer'] = (browser, version, password) =>
    json(
      browser.post(`${served.url}/auth/flow/step`, {
        version,
        authenticatorId: nativeAuthenticators.password.id,
        params: { username: 'alex', password },
      }),
    )

  return {
    ...served,
    idp,
    start,
    answer,
    signIn: async (browser) => answer(browser, (await start(browser)).version, 'right'),
    session: (browser) => json(browser.call(`${served.url}/auth/session`)),
    close: async () => {
      await served.close()
      await idp.close()
    },
  }
}

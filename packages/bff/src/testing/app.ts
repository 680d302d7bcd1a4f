import type { Bff } from '../bff.ts'
import { createBff } from '../bff.ts'
import { nodeHandler } from '../node.ts'
import type { BffOptions } from '../options.ts'
import type { Browser } from './browser.ts'
import { browser } from './browser.ts'
import type { Served } from './serve.ts'
import { reserve } from './serve.ts'

/** An app with its BFF behind a real HTTP server, and a clock that can be put forward. */
export interface App extends Served {
  readonly bff: Bff
  readonly clock: { advance: (seconds: number) => void; now: () => number }
  readonly browser: () => Browser
  readonly logs: string[]
}

export const secret = 'a secret of at least thirty-two characters'

export async function app(
  options: (url: string) => Partial<BffOptions> & Pick<BffOptions, 'issuer' | 'clientId' | 'clientSecret'>,
  port?: Awaited<ReturnType<typeof reserve>>,
): Promise<App> {
  const served = port ?? (await reserve())
  let ahead = 0
  const logs: string[] = []
  const now = () => Date.now() + ahead * 1000
  const bff = createBff({
    publicUrl: served.url,
    secret,
    now,
    log: (level, message, fields) => logs.push(`${level} ${message} ${fields.error ?? ''}`),
    ...options(served.url),
  })
  served.answer(nodeHandler(bff))
  return {
    ...served,
    bff,
    logs,
    clock: {
      now,
      advance: (seconds) => {
        ahead += seconds
      },
    },
    browser: () => browser(served.url),
  }
}

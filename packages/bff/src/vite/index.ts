import { resolve } from 'node:path'
import type { NitroPluginConfig } from 'nitro/vite'
import { nitro } from 'nitro/vite'
import type { Plugin, UserConfig } from 'vite'
import { loadEnv } from 'vite'
import type { BffHandlerOptions } from '../nitro.ts'
import { answerHeaders } from '../request/answer.ts'

/** What can be written into `vite.config`: data only. Secrets come from the environment. */
export interface CardeaOptions
  extends Pick<
    BffHandlerOptions,
    | 'issuer'
    | 'clientId'
    | 'clientAuthentication'
    | 'publicUrl'
    | 'basePath'
    | 'home'
    | 'scope'
    | 'resource'
    | 'lifetime'
    | 'api'
    | 'cookiePath'
    | 'trustedProxies'
  > {
  /**
   * Module whose default export is a `SessionStore`, from Vite's root (`./server/sessions.ts`). Without it sessions are
   * in the cookie.
   */
  store?: string
  /** More for Nitro: other routes, presets, public assets. */
  nitro?: NitroPluginConfig
}

/** For the app's pages; what else they need, they say themselves (`nitro.routeRules`). */
const pageHeaders = {
  'content-security-policy': "base-uri 'none'; object-src 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'referrer-policy': 'strict-origin-when-cross-origin',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
}

const handlerId = '#cardea/bff'
const checkId = '#cardea/bff-check'

/** Nitro's own order, so that the address is right before it listens. */
const portOf = (config: UserConfig) => Number(process.env.PORT) || config.server?.port || 3000

const randomSecret = () => Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64url')

/** Puts `.env` into the environment of the development server, and what development can do without. */
function prepare(options: { publicUrl?: string }): Plugin {
  return {
    name: 'cardea:environment',
    enforce: 'pre',
    apply: 'serve',
    config(config, { mode }) {
      const root = config.root ?? process.cwd()
      for (const [name, value] of Object.entries(loadEnv(mode, root, 'CARDEA_'))) process.env[name] ??= value
      process.env.CARDEA_SECRET ??= randomSecret()
      if (process.env.CARDEA_APP_URL !== undefined || options.publicUrl !== undefined) return undefined
      const port = portOf(config)
      process.env.CARDEA_APP_URL = `http://localhost:${port}`
      // The address is registered at the identity provider: another port would not do.
      return { server: { port, strictPort: true } }
    },
  }
}

/**
 * The BFF of a Vite app: in development below the dev server, in the build as a Node server of the app and its BFF
 * (`.output/server/index.mjs`).
 */
export function cardea(options: Partial<CardeaOptions> = {}): Plugin[] {
  const { nitro: more = {}, store, ...bff } = options
  if (store !== undefined && typeof store !== 'string')
    throw new TypeError("cardea: store must be the path of a module, such as './server/sessions.ts'")
  const basePath = bff.basePath ?? '/auth'
  const given = JSON.stringify(bff)
  let root = process.cwd()
  const handler = () =>
    store
      ? `import { bffHandler } from '@cardea/bff/nitro'\nimport store from ${JSON.stringify(resolve(root, store))}\nexport default bffHandler({ ...${given}, store })`
      : `import { bffHandler } from '@cardea/bff/nitro'\nexport default bffHandler(${given})`
  return [
    prepare(bff),
    {
      name: 'cardea:root',
      configResolved(config) {
        root = config.root
      },
    },
    ...nitro({
      ...more,
      routes: { ...more.routes, [`${basePath}/**`]: handlerId },
      routeRules: {
        '/**': { headers: pageHeaders },
        // A rule's headers replace the answer's, so the BFF's are said again.
        [`${basePath}/**`]: { headers: answerHeaders },
        ...more.routeRules,
      },
      // Imported at start, so that a missing variable ends the process and names itself.
      plugins: [...(more.plugins ?? []), checkId],
      virtual: {
        ...more.virtual,
        [handlerId]: handler,
        [checkId]: `import '${handlerId}'\nexport default () => {}`,
      },
    }),
  ]
}

import type { Auth, Message, Messages, Runtime, Transport } from '@cardea/core'
import { bff, browserRuntime, createAuth, say } from '@cardea/core'
import type { BffSession } from '@cardea/protocol'
import type { InjectionKey, Plugin } from 'vue'
import { inject } from 'vue'

export interface CardeaOptions {
  /** The language: `en` of `@cardea/locales/en`. */
  messages: Messages
  /** Where the app mounts its backend-for-frontend. Default `/auth`. */
  basePath?: string
  /** The session as the server knows it, for the first render. */
  snapshot?: BffSession
  transport?: Transport
  runtime?: Runtime
}

export interface Cardea {
  readonly auth: Auth
  readonly messages: Messages
  readonly t: (message: Message) => string
}

const key: InjectionKey<Cardea> = Symbol('cardea')

/** The plugin: `app.use(createCardea({ messages: en }))`. On a server, one for every request. */
export function createCardea({ messages, basePath = '/auth', snapshot, ...given }: CardeaOptions): Plugin {
  const runtime = given.runtime ?? browserRuntime()
  const transport = given.transport ?? bff({ basePath, runtime })
  const auth = createAuth({ transport, runtime, ...(snapshot && { snapshot }) })
  const cardea: Cardea = { auth, messages, t: (message) => say(messages, message) }
  return { install: (app) => void app.provide(key, cardea) }
}

export function useCardea(): Cardea {
  const cardea = inject(key, undefined)
  if (!cardea) throw new Error('Cardea is not installed: app.use(createCardea({ messages }))')
  return cardea
}

import type { ErrorCode, ErrorParams } from '@cardea/protocol'
import type { ComponentParams } from './component-params.ts'

/** A text, or how one is made of its parameters. */
export type Text<P> = string | ((params: P) => string)

export type ComponentKey = keyof ComponentParams

/** Every text of the components in one language. */
export type ComponentCatalogue = { readonly [K in ComponentKey]: Text<ComponentParams[K]> }

/** What a language module gives to the SDK. Error codes it lacks fall back to the server's words. */
export interface Messages {
  /** BCP 47. */
  readonly locale: string
  readonly direction: 'ltr' | 'rtl'
  readonly components: ComponentCatalogue
  readonly errors: { readonly [C in ErrorCode]?: Text<ErrorParams[C]> }
}

/** A text of the components, not yet in a language. */
export type Phrase<K extends ComponentKey = ComponentKey> = {
  [P in K]: { readonly key: P; readonly params: ComponentParams[P] }
}[K]

/** A refusal, not yet in a language. `fallback` is what the server said. */
export interface ErrorText {
  readonly key: 'error'
  readonly code: string
  readonly params: Readonly<Record<string, string | number>>
  readonly fallback?: string | undefined
}

export type Message = Phrase | ErrorText

type PlainKey = { [K in ComponentKey]: Record<never, never> extends ComponentParams[K] ? K : never }[ComponentKey]

/** A text without parameters. */
export const plain = <K extends PlainKey>(key: K): Phrase => ({ key, params: {} }) as Phrase

const phrase = <K extends ComponentKey>(catalogue: ComponentCatalogue, { key, params }: Phrase<K>): string => {
  const text: Text<ComponentParams[K]> = catalogue[key]
  return typeof text === 'function' ? text(params) : text
}

const errorText = ({ components, errors }: Messages, error: ErrorText): string => {
  // The code and its parameters come over the wire; a catalogue is typed by the codes of its own version.
  const known = (errors as Readonly<Record<string, Text<ErrorText['params']> | undefined>>)[error.code]
  if (typeof known === 'function') return known(error.params)
  return known ?? error.fallback ?? phrase(components, plain('error.unexpected'))
}

/** A message in words. */
export const say = (messages: Messages, message: Message): string =>
  message.key === 'error' ? errorText(messages, message) : phrase(messages.components, message)

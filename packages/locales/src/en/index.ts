import type { Messages } from '@cardea/core'
import { components } from './components.ts'
import { flowErrors } from './flow-errors.ts'

/** English for the SDK's components: `createCardea({ messages: en })`. */
export const en: Messages = { locale: 'en', direction: 'ltr', components, errors: flowErrors }

import type { Message } from '@cardea/core'
import { useCardea } from './cardea.ts'

/** Puts a message of the SDK into the installed language. */
export const useMessages = (): ((message: Message) => string) => useCardea().t

import type { Message } from '@cardea/core'
import type { SignInEvent } from '@cardea/core/sign-in'
import type { InjectionKey, Ref } from 'vue'
import { inject } from 'vue'

/** What the parts of one sign-in card have in common. */
export interface Scene {
  readonly t: (message: Message) => string
  readonly send: (event: SignInEvent) => void
  readonly prefix: string
  /** Where the plain forms post; undefined where there is nothing to post to without JavaScript. */
  readonly action: string | undefined
  readonly headingLevel: 1 | 2
  /** Whether JavaScript has taken over. */
  readonly alive: Readonly<Ref<boolean>>
}

export const sceneKey: InjectionKey<Scene> = Symbol('cardea sign-in')

export function useScene(): Scene {
  const scene = inject(sceneKey, undefined)
  if (!scene) throw new Error('a step belongs into a sign-in card')
  return scene
}

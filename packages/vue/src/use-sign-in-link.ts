import { given, placeOf } from '@cardea/core'
import type { BffFlowStart } from '@cardea/protocol'
import type { ComputedRef } from 'vue'
import { computed, onMounted, shallowRef } from 'vue'
import { useCardea } from './cardea.ts'

interface SignInLink {
  readonly href: ComputedRef<string>
  /** Listeners that keep the address at the page on show. */
  readonly on: Record<'click' | 'focus' | 'pointerdown', (event: Event) => void>
}

/** What a link to hosted sign-in binds. The server does not know the page: its link comes back to the start. */
export function useSignInLink(options: () => { [K in keyof BffFlowStart]?: BffFlowStart[K] | undefined }): SignInLink {
  const { auth } = useCardea()
  const here = shallowRef<string>()
  const look = () => {
    here.value = placeOf(auth.runtime)
  }
  onMounted(look)
  const href = computed(() => {
    const { returnTo = here.value, loginHint, acrValues, prompt } = options()
    return auth.signInUrl(given({ returnTo, loginHint, acrValues, prompt }))
  })
  // A router may have changed the page; the browser follows the link before the next render.
  const refresh = ({ currentTarget }: Event) => {
    look()
    if (currentTarget instanceof HTMLAnchorElement) currentTarget.href = href.value
  }
  return { href, on: { click: refresh, focus: refresh, pointerdown: refresh } }
}

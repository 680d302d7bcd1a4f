import type { BffFlowStart } from '@cardea/protocol'
import type { ComputedRef } from 'vue'
import { computed, onMounted, shallowRef } from 'vue'
import { useCardea } from './cardea.ts'

/** Address of hosted sign-in that comes back to this page. The server does not know the page: its link comes back to the start. */
export function useSignInUrl(
  options: () => { [K in keyof BffFlowStart]?: BffFlowStart[K] | undefined },
): ComputedRef<string> {
  const { auth } = useCardea()
  const here = shallowRef<string>()
  onMounted(() => {
    here.value = auth.runtime.location()
  })
  return computed(() => {
    const { returnTo = here.value, loginHint, acrValues, prompt } = options()
    return auth.signInUrl({
      ...(returnTo && { returnTo }),
      ...(loginHint && { loginHint }),
      ...(acrValues && { acrValues }),
      ...(prompt && { prompt }),
    })
  })
}

import type { Ref, ShallowRef, WritableComputedRef } from 'vue'
import { computed, ref, shallowRef } from 'vue'
import { useAccount } from './account.ts'
import type { Answer } from './api.ts'

/** What a person is asked before it is done. */
interface Confirmation<T> {
  /** What it is about, while it is asked. */
  readonly about: Readonly<ShallowRef<T | undefined>>
  readonly open: WritableComputedRef<boolean>
  readonly pending: Readonly<Ref<boolean>>
  readonly error: Readonly<Ref<string | undefined>>
  readonly ask: (about: T) => void
  readonly confirm: () => Promise<void>
}

/** `act` runs when it is confirmed, `done` when the API agreed. The dialog may be closed meanwhile. */
export function useConfirmation<T>(
  act: (about: T) => Promise<Answer<unknown>>,
  done: () => Promise<void>,
): Confirmation<T> {
  const { refused, say } = useAccount()
  const about = shallowRef<T>()
  const pending = ref(false)
  const error = ref<string>()
  const open = computed({
    get: () => about.value !== undefined,
    set: () => {
      about.value = undefined
    },
  })

  function ask(next: T) {
    error.value = undefined
    about.value = next
  }

  async function confirm() {
    const asked = about.value
    if (asked === undefined || pending.value) return
    pending.value = true
    const answer = await act(asked)
    pending.value = false
    const text = refused(answer)
    const isOpen = about.value === asked
    if (text && isOpen) {
      error.value = text
      return
    }
    if (isOpen) about.value = undefined
    if (text) say(text, { failed: true })
    if (answer.ok) await done()
  }

  return { about, open, pending, error, ask, confirm }
}

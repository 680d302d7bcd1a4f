import type { SignInView } from '@cardea/core/sign-in'
import type { Ref, ShallowRef } from 'vue'
import { nextTick, onMounted, watch } from 'vue'

const longest = 160

const still = (): boolean => matchMedia('(prefers-reduced-motion: reduce)').matches

/** Moves the focus to where the view wants it, each time it wants it. */
export function useFocus(view: Ref<SignInView>, onLoad: boolean): void {
  const focus = () => 'focus' in view.value && document.getElementById(view.value.focus)?.focus()
  // Some buttons take the focus only now that there is a script.
  onMounted(() => onLoad && nextTick(focus))
  // Once something was on show, what comes next comes because somebody did something here.
  let used = onLoad
  const turn = () => (view.value.type === 'step' ? view.value.turn : view.value.type)
  watch(
    turn,
    (_, before) => {
      used ||= before !== 'loading'
      if (used) focus()
    },
    { flush: 'post' },
  )
}

/** The card grows and shrinks between steps rather than jump. */
export function useHeight(view: Ref<SignInView>, card: Readonly<ShallowRef<HTMLElement | null>>): void {
  const shown = () => (view.value.type === 'step' ? view.value.key : view.value.type)
  watch(shown, async (_, before) => {
    const element = card.value
    if (!element?.animate || before === 'loading' || still()) return
    const from = element.offsetHeight
    await nextTick()
    const to = element.offsetHeight
    if (from === to) return
    element.animate(
      [
        { height: `${from}px`, overflow: 'clip' },
        { height: `${to}px`, overflow: 'clip' },
      ],
      { duration: longest, easing: 'ease-out' },
    )
  })
}

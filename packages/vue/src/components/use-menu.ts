import { onClickOutside } from '@vueuse/core'
import type { ShallowRef } from 'vue'
import { nextTick, shallowRef } from 'vue'

interface Menu {
  readonly open: ShallowRef<boolean>
  readonly toggle: () => void
  readonly close: (refocus: boolean) => void
  readonly onTriggerKey: (event: KeyboardEvent) => void
  readonly onMenuKey: (event: KeyboardEvent) => void
}

type Element = Readonly<ShallowRef<HTMLElement | null>>

/** A menu button as the ARIA Authoring Practices describe it. */
export function useMenu(root: Element, trigger: Element, menu: Element): Menu {
  const open = shallowRef(false)

  const items = (): HTMLElement[] => [...(menu.value?.querySelectorAll<HTMLElement>('[role="menuitem"]') ?? [])]
  const focus = (index: number) => {
    const all = items()
    all.at(all.length ? index % all.length : 0)?.focus()
  }
  const show = async (index: number) => {
    open.value = true
    await nextTick()
    focus(index)
  }
  const close = (refocus: boolean) => {
    if (open.value && refocus) trigger.value?.focus()
    open.value = false
  }
  const startsWith = (letter: string) => {
    const all = items()
    const from = all.findIndex((item) => item === document.activeElement) + 1
    const inTurn = [...all.slice(from), ...all.slice(0, from)]
    inTurn.find((item) => item.textContent?.trim().toLowerCase().startsWith(letter.toLowerCase()))?.focus()
  }
  onClickOutside(root, () => close(false))

  function onMenuKey(event: KeyboardEvent) {
    const at = items().findIndex((item) => item === document.activeElement)
    const moves: Record<string, () => void> = {
      ArrowDown: () => focus(at + 1),
      ArrowUp: () => focus(at - 1),
      Home: () => focus(0),
      End: () => focus(-1),
      Escape: () => close(true),
    }
    const move = moves[event.key]
    if (move) {
      event.preventDefault()
      move()
    } else if (event.key === 'Tab') close(false)
    else if (/^\p{L}$/u.test(event.key)) startsWith(event.key)
  }

  function onTriggerKey(event: KeyboardEvent) {
    if (event.key === 'Escape') return close(false)
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
    event.preventDefault()
    void show(event.key === 'ArrowDown' ? 0 : -1)
  }

  return {
    open,
    close,
    toggle: () => (open.value ? close(true) : void show(0)),
    onTriggerKey,
    onMenuKey,
  }
}

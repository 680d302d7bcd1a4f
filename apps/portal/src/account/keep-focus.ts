import { nextTick } from 'vue'

/** A control that is gone takes the focus with it: the heading of its section has it then, not the top of the page. */
export async function keepFocus(section: string): Promise<void> {
  await nextTick()
  if (document.activeElement && document.activeElement !== document.body) return
  document.getElementById(`${section}-title`)?.focus({ preventScroll: true })
}

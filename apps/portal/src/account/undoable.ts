const graceMilliseconds = 6000

/** Runs `work` after a while, or at once when the page is left. Returns what stops it. */
export function undoable(work: () => Promise<void>): () => void {
  let open = true
  const run = () => {
    if (!open) return
    stop()
    work()
  }
  const stop = () => {
    open = false
    clearTimeout(timer)
    removeEventListener('pagehide', run)
  }
  const timer = setTimeout(run, graceMilliseconds)
  addEventListener('pagehide', run)
  return stop
}

/** What the core needs of its surroundings. Tests and servers give their own. */
export interface Runtime {
  fetch(input: string, init: RequestInit): Promise<Response>
  /** Milliseconds since the epoch. */
  now(): number
  /** Calls back once after so many milliseconds; returns what cancels it. */
  after(milliseconds: number, callback: () => void): () => void
  /** Leaves the page. */
  navigate(url: string): void
  reload(): void
  /** Path, query and fragment of the page; empty where there is none. */
  location(): string
  /** Changes the page's address and stays on it. */
  replace(path: string): void
  /** Talks to the other tabs of this origin. */
  channel(name: string, onMessage: (message: unknown) => void): Channel
  /** Calls back whenever the page comes to the foreground. */
  onVisible(callback: () => void): () => void
}

export interface Channel {
  post(message: unknown): void
  close(): void
}

/** The longest delay a browser's timer can hold. */
const longest = 2_147_483_647

/** The page's own surroundings. Touches them when used, not when made: a server may make one and render. */
export const browserRuntime = (): Runtime => ({
  fetch: (input, init) => globalThis.fetch(input, init),
  now: () => Date.now(),
  after(milliseconds, callback) {
    const timer = setTimeout(callback, Math.min(Math.max(milliseconds, 0), longest))
    return () => clearTimeout(timer)
  },
  navigate: (url) => globalThis.location.assign(url),
  reload: () => globalThis.location.reload(),
  location: () => (typeof location === 'undefined' ? '' : location.pathname + location.search + location.hash),
  replace: (path) => history.replaceState(history.state, '', path),
  channel(name, onMessage) {
    if (typeof BroadcastChannel === 'undefined') return { post() {}, close() {} }
    const channel = new BroadcastChannel(name)
    channel.onmessage = (event) => onMessage(event.data)
    return { post: (message) => channel.postMessage(message), close: () => channel.close() }
  },
  onVisible(callback) {
    const listener = () => document.visibilityState === 'visible' && callback()
    document.addEventListener('visibilitychange', listener)
    return () => document.removeEventListener('visibilitychange', listener)
  },
})

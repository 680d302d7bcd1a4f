import type { Settings } from '../options.ts'
import { isBelow } from './exchange.ts'

/** Control characters, backslashes, and both of them written in percent signs. */
const hostile = /[\\\p{Cc}]|%(0[0-9a-f]|1[0-9a-f]|5c|7f)/iu

/** A path of the app itself, or `undefined`: never another origin, never the BFF (RFC 9700 §4.11). */
export function pathOfApp(settings: Settings, given: string | null | undefined): string | undefined {
  if (!given || given.length > 2048 || !given.startsWith('/') || given.startsWith('//') || hostile.test(given))
    return undefined
  if (!URL.canParse(given, settings.origin)) return undefined
  const url = new URL(given, settings.origin)
  const { pathname } = url
  // `/.//evil` is harmless until the dots are resolved.
  if (url.origin !== settings.origin || pathname.startsWith('//')) return undefined
  if (isBelow(settings, pathname)) return undefined
  return pathname + url.search + url.hash
}

export const returnToOf = (settings: Settings, given: string | null | undefined): string =>
  pathOfApp(settings, given) ?? settings.home

const mark = 'cardea_error'

/** The path with an error code for the SDK to show: a code, never a description. */
export function withError(path: string, code: string): string {
  const url = new URL(path, 'http://app')
  url.searchParams.set(mark, code)
  return url.pathname + url.search + url.hash
}

/** The code that a page was sent back with. Anybody may write an address: nothing but the form of a code counts. */
export function errorOf({ searchParams }: URL): string | undefined {
  const code = searchParams.get(mark) ?? ''
  return code.length <= 64 && /^[a-z_]+(\.[a-z_]+)+$/.test(code) ? code : undefined
}

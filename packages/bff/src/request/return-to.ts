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

/** The path with an error code for the SDK to show: a code, never a description. */
export function withError(path: string, code: string): string {
  const url = new URL(path, 'http://app')
  url.searchParams.set('cardea_error', code)
  return url.pathname + url.search + url.hash
}

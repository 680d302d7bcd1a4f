import type { ApiRule } from './rule.ts'

type Match =
  | { readonly status: 'allowed'; readonly rule: ApiRule; readonly target: URL }
  | { readonly status: 'method'; readonly allowed: readonly string[] }
  | { readonly status: 'refused' }

const hostile = /[\p{Cc}\\/]/u
/** Letters, digits and `-._~` in percent signs: another spelling of the same path (RFC 3986 §6.2.2.2). */
const respelt = /%(2[de]|3\d|4[1-9a-f]|5[0-9af]|6[1-9a-f]|7[0-9ae])/i

/** A segment that some server further on could take for more than one, or for none. */
function isPlain(segment: string): boolean {
  let text = segment
  // Servers differ in how often they decode: twice is the most that has been seen.
  for (let round = 0; round < 3; round++) {
    if (hostile.test(text) || respelt.test(text) || /^\.{1,2}(;.*)?$/.test(text)) return false
    try {
      const decoded = decodeURIComponent(text)
      if (decoded === text) return true
      text = decoded
    } catch {
      // A lone percent sign can only be harmless once it has been decoded as one.
      return round > 0
    }
  }
  return true
}

/** `/a/b` as it stands when nothing in it is ambiguous. */
function plainPath(path: string): string | undefined {
  if (!path.startsWith('/')) return undefined
  const segments = path.slice(1).split('/')
  const isLast = (index: number) => index === segments.length - 1
  const ok = segments.every((segment, index) => (segment === '' ? isLast(index) : isPlain(segment)))
  return ok ? path : undefined
}

const bare = (path: string) => path.replace(/\/$/, '')

/** What a rule covers of `asked`: `rest` is what `**` stands for. A slash at the end names no other place. */
function coverage(rule: ApiRule, asked: string): { place: string; isExact: boolean; rest: string } | undefined {
  const isExact = !rule.path.endsWith('/**')
  const place = bare(isExact ? rule.path : rule.path.slice(0, -3))
  if (isExact) return place === bare(asked) ? { place, isExact, rest: '' } : undefined
  const isBelow = asked === place || asked.startsWith(`${place}/`)
  return isBelow ? { place, isExact, rest: asked.slice(place.length) } : undefined
}

/** The narrowest rule that covers what is asked, and where it leads: the one with the longest path, if possible exactly. */
export function matchRule(rules: readonly ApiRule[], method: string, path: string, search: string): Match {
  const asked = plainPath(path)
  if (asked === undefined) return { status: 'refused' }
  const covering = rules
    .flatMap((rule) => {
      const found = coverage(rule, asked)
      return found === undefined ? [] : [{ rule, ...found }]
    })
    .sort((one, other) => other.place.length - one.place.length || Number(other.isExact) - Number(one.isExact))
  const [first] = covering
  const narrowest = covering.filter(({ place, isExact }) => place === first?.place && isExact === first.isExact)
  if (narrowest.length === 0) return { status: 'refused' }
  const found = narrowest.find(({ rule }) => (rule.methods as readonly string[]).includes(method))
  if (!found) return { status: 'method', allowed: narrowest.flatMap(({ rule }) => rule.methods) }

  const base = new URL(found.rule.target)
  const basePath = base.pathname.replace(/\/$/, '')
  const target = new URL(base)
  target.pathname = basePath + found.rest || '/'
  target.search = search
  // What the URL parser makes of it must still be below what the rule names.
  const stays = target.origin === base.origin && `${target.pathname}/`.startsWith(`${basePath}/`)
  return stays ? { status: 'allowed', rule: found.rule, target } : { status: 'refused' }
}

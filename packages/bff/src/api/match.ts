import type { ApiRule } from './rule.ts'

type Match =
  | { readonly status: 'allowed'; readonly rule: ApiRule; readonly target: URL }
  | { readonly status: 'method'; readonly allowed: readonly string[] }
  | { readonly status: 'refused' }

const hostile = /[\p{Cc}\\/]/u

/** A segment that some server further on could take for more than one, or for none. */
function isPlain(segment: string): boolean {
  let text = segment
  // Servers differ in how often they decode: twice is the most that has been seen.
  for (let round = 0; round < 3; round++) {
    if (hostile.test(text) || /^\.{1,2}(;.*)?$/.test(text)) return false
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

const coverage = ({ path }: ApiRule, asked: string): string | undefined => {
  if (!path.endsWith('/**')) return path === asked ? '' : undefined
  const prefix = path.slice(0, -3)
  return asked === prefix || asked.startsWith(`${prefix}/`) ? asked.slice(prefix.length) : undefined
}

/** The rule with the longest path that covers what is asked, and where it leads. */
export function matchRule(rules: readonly ApiRule[], method: string, path: string, search: string): Match {
  const asked = plainPath(path)
  if (asked === undefined) return { status: 'refused' }
  const covering = rules
    .flatMap((rule) => {
      const rest = coverage(rule, asked)
      return rest === undefined ? [] : [{ rule, rest }]
    })
    .sort((one, other) => other.rule.path.length - one.rule.path.length)
  const longest = covering.filter(({ rule }) => rule.path === covering[0]?.rule.path)
  if (longest.length === 0) return { status: 'refused' }
  const found = longest.find(({ rule }) => (rule.methods as readonly string[]).includes(method))
  if (!found) return { status: 'method', allowed: longest.flatMap(({ rule }) => rule.methods) }

  const base = new URL(found.rule.target)
  const basePath = base.pathname.replace(/\/$/, '')
  const target = new URL(base)
  target.pathname = basePath + found.rest || '/'
  target.search = search
  // What the URL parser makes of it must still be below what the rule names.
  const stays = target.origin === base.origin && `${target.pathname}/`.startsWith(`${basePath}/`)
  return stays ? { status: 'allowed', rule: found.rule, target } : { status: 'refused' }
}

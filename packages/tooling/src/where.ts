import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { sourceFiles } from './checks/source-files.ts'
import { root } from './root.ts'

type Route = {
  readonly method: string
  readonly path: string
  readonly summary: string
  readonly steps: { readonly names: readonly string[] }
}

type Feature = { readonly id: string; readonly routes?: readonly Route[] }

type Known = { readonly feature: string; readonly route: Route }

type Place = { readonly path: string; readonly line: number }

const engine = 'packages/engine/src'

/** Every route of the engine as shipped: routes are data, no engine has to run. */
const routes = async (): Promise<readonly Known[]> => {
  const entry = pathToFileURL(join(root, engine, 'index.ts')).href
  const { defaultFeatures } = (await import(entry)) as { defaultFeatures: readonly Feature[] }
  return defaultFeatures.flatMap(({ id, routes = [] }) => routes.map((route) => ({ feature: id, route })))
}

/** `/api/v1/accounts/acc_1` for a route `/api/v1/accounts/:accountId`. */
const matches = (pattern: string, path: string): boolean => {
  const [expected, given] = [pattern.split('/'), path.split('/')]
  const rest = expected.at(-1)?.startsWith('**')
  if (!rest && expected.length !== given.length) return false
  return expected.every((part, at) => part.startsWith(':') || part.startsWith('**') || part === given[at])
}

const lineOf = (text: string, pattern: RegExp): number | undefined => {
  const found = text.search(pattern)
  return found < 0 ? undefined : text.slice(0, found).split('\n').length
}

/** Where a pattern occurs in the engine; the feature's own folder is looked at first. */
const locate = (feature: string, pattern: RegExp): Place | undefined => {
  const own = `${engine}/features/${feature}/`
  const files = sourceFiles().filter((file) => file.path.startsWith(`${engine}/`) && !file.isTest)
  const near = files.sort((a, b) => Number(b.path.startsWith(own)) - Number(a.path.startsWith(own)))
  for (const { path, text } of near) {
    const line = lineOf(text, pattern)
    if (line !== undefined) return { path, line }
  }
  return undefined
}

const declared = (name: string): RegExp =>
  new RegExp(`^(?:export )?(?:async )?(?:function\\*? ${RegExp.escape(name)}\\b|const ${RegExp.escape(name)}\\b)`, 'm')

const literal = (text: string): RegExp => new RegExp(`['"\`]${RegExp.escape(text)}['"\`]`)

const show = (label: string, place: Place | undefined, note: string): void =>
  console.log(`${label.padEnd(26)} ${place ? `${place.path}:${place.line}` : '(made at start)'}  ${note}`)

/** The first sentence of the comment above a declaration. */
const reason = (place: Place | undefined): string => {
  if (!place) return ''
  const above = readFileSync(join(root, place.path), 'utf8')
    .split('\n')
    .slice(0, place.line - 1)
  const start = above.findLastIndex((line) => !/^\s*(\/\*\*|\*|\/\/)/.test(line)) + 1
  const words = above.slice(start).map((line) => line.replace(/^\s*(\/\*\*|\*\/|\*|\/\/)\s?|\s*\*\/$/g, ''))
  const sentence = /^.*?\.(?=\s|$)/.exec(words.join(' ').trim())?.[0]
  return sentence ? `— ${sentence}` : ''
}

/** An exact path wins over a pattern, as it does in the router. */
const findRoute = (all: readonly Known[], method: string, path: string): Known | undefined => {
  const candidates = all.filter(({ route }) => route.method === method && matches(route.path, path))
  return candidates.find(({ route }) => route.path === path) ?? candidates[0]
}

/** `npm run where -- POST /oauth2/token`: the steps a request takes, each with its file and line. */
export const where = async ([verb = '', path = '']: readonly string[]): Promise<number> => {
  const method = verb.toUpperCase()
  if (!/^[A-Z]+$/.test(method) || !path.startsWith('/')) {
    console.error('usage: npm run where -- METHOD /path')
    return 2
  }
  const all = await routes()
  const found = findRoute(all, method, path)
  if (!found) {
    const known = all.map(({ route }) => `  ${route.method} ${route.path}`).join('\n')
    console.error(`no route ${method} ${path}; known:\n${known}`)
    return 1
  }
  const { feature, route } = found
  console.log(`${route.method} ${route.path}: ${route.summary}\n`)
  // The path may be put together of parts; the sentence about the route is always written out.
  const place = locate(feature, literal(route.summary)) ?? locate(feature, literal(route.path))
  show('route', place, `feature ${feature}`)
  for (const [at, step] of route.steps.names.entries()) {
    const place = locate(feature, declared(step))
    show(`${at + 1}. ${step}`, place, reason(place))
  }
  return 0
}

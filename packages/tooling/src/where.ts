import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { sourceFiles } from './checks/source-files.ts'
import { root } from './root.ts'

type Route = {
  readonly method: string
  readonly path: string
  readonly summary: string
  readonly feature: string
  readonly steps: readonly string[]
}

type Place = { readonly path: string; readonly line: number }

const engine = 'packages/engine/src'

/** The routes of an engine with everything it ships, made in memory for the question. */
const routes = async (): Promise<readonly Route[]> => {
  const entry = pathToFileURL(join(root, engine, 'index.ts')).href
  const { createEngine } = (await import(entry)) as {
    createEngine: (options: object) => Promise<{ describe: () => readonly Route[]; close: () => Promise<void> }>
  }
  const made = await createEngine({
    publicUrl: 'http://localhost:3000',
    database: ':memory:',
    key: new Uint8Array(32),
    sendMail: async () => {},
    log: () => {},
    development: true,
  })
  const described = made.describe()
  await made.close()
  return described
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

const show = (label: string, place: Place | undefined, note: string): void =>
  console.log(`${label.padEnd(24)} ${place ? `${place.path}:${place.line}` : '(made at start)'}  ${note}`)

/** The comment above a declaration, first sentence. */
const reason = (place: Place | undefined): string => {
  if (!place) return ''
  const above = readFileSync(join(root, place.path), 'utf8')
    .split('\n')
    .slice(0, place.line - 1)
  const last = above.at(-1)?.trim() ?? ''
  const comment = last.match(/^(?:\/\*\*|\/\/)\s*(.*?)\s*(?:\*\/)?$/)?.[1]
  return comment ? `— ${comment}` : ''
}

/** `npm run where -- POST /oauth2/token`: the steps a request takes, each with its file and line. */
export const where = async ([method = '', path = '']: readonly string[]): Promise<number> => {
  if (!/^[A-Za-z]+$/.test(method) || !path.startsWith('/')) {
    console.error('usage: npm run where -- METHOD /path')
    return 2
  }
  const all = await routes()
  const candidates = all.filter((route) => route.method === method.toUpperCase() && matches(route.path, path))
  // An exact path wins over a pattern, as it does in the router.
  const route = candidates.find((each) => each.path === path) ?? candidates[0]
  if (!route) {
    console.error(
      `no route ${method.toUpperCase()} ${path}; known:\n${all.map((each) => `  ${each.method} ${each.path}`).join('\n')}`,
    )
    return 1
  }
  console.log(`${route.method} ${route.path}: ${route.summary}\n`)
  show(
    'route',
    locate(route.feature, new RegExp(`path: ['"]${RegExp.escape(route.path)}['"]`)),
    `feature ${route.feature}`,
  )
  for (const [at, step] of route.steps.entries()) {
    const place = locate(route.feature, declared(step))
    show(`${at + 1}. ${step}`, place, reason(place))
  }
  return 0
}

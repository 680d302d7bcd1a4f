import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../root.ts'

type Manifest = { readonly name: string; readonly exports?: Record<string, unknown> }

/** Folder → package.json, the deepest folders first. */
const packages = new Map(
  globSync('{packages/*,apps/*,apps/examples/*,e2e,e2e/*}/package.json', { cwd: root })
    .map((path) => path.replaceAll('\\', '/').replace('/package.json', ''))
    .filter((folder) => existsSync(join(root, folder, 'package.json')))
    .sort((a, b) => b.length - a.length)
    .map(
      (folder) => [folder, JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as Manifest] as const,
    ),
)

/** The folder whose package.json speaks for a file. */
export const packageFolder = (path: string): string | undefined =>
  packages.keys().find((folder) => path.startsWith(`${folder}/`))

/** `@cardea/core/react` → `@cardea/core`. */
export const packageName = (specifier: string): string =>
  specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')

/** Whether a specifier of one of our packages is among its `exports`. */
export const isPublicEntry = (specifier: string): boolean => {
  const name = packageName(specifier)
  const entry = `.${specifier.slice(name.length)}`
  const exported = packages.values().find((each) => each.name === name)?.exports ?? {}
  return Object.keys(exported).some((pattern) => {
    const [head = '', tail] = pattern.split('*')
    return tail === undefined ? pattern === entry : entry.startsWith(head) && entry.endsWith(tail)
  })
}

import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { snippets } from '../src/start/snippets.ts'

const root = join(import.meta.dirname, '../../..')
// Below this folder, so that the packages they are built on are found.
const folder = join(import.meta.dirname, '../node_modules/.cache/snippets')

/** What the frameworks bring along, as far as the snippets use it. */
const frameworks = `
declare module '@vitejs/plugin-react' { export default function react(): unknown }
declare module 'h3' { export function toWebRequest(event: { path: string }): Request }
declare namespace JSX { interface IntrinsicElements { a: { href: string; children?: string } } }
declare function defineNuxtPlugin(plugin: (nuxt: { vueApp: import('vue').App }) => void): unknown
declare function defineEventHandler(handler: (event: { path: string }) => Promise<Response>): unknown
`

const paths = Object.fromEntries(
  Object.entries({
    '@cardea/bff': 'bff/src/index.ts',
    '@cardea/bff/nitro': 'bff/src/nitro.ts',
    '@cardea/bff/vite': 'bff/src/vite/index.ts',
    '@cardea/locales/en': 'locales/src/en/index.ts',
    '@cardea/vue': 'vue/src/index.ts',
  }).map(([name, path]) => [name, [join(root, 'packages', path)]]),
)

/** The files of a snippet. Only one that is a component has no name of its own. */
function filesOf(code: string): (readonly [path: string, code: string])[] {
  if (code.startsWith('<')) return [['App.vue', code.replace('<script setup>', '<script setup lang="ts">')]]
  return code.split(/^(?=\/\/ \S+\.tsx?\b)/m).map((part) => [/^\/\/ ([^\s:]+)/.exec(part)?.[1] ?? '', part])
}

test('what the start page says to write has the types of the packages', { timeout: 180_000 }, () => {
  rmSync(folder, { recursive: true, force: true })
  for (const { name, code } of snippets) {
    for (const [path, part] of filesOf(code)) {
      const file = join(folder, name, path)
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, part)
    }
  }
  writeFileSync(join(folder, 'frameworks.d.ts'), frameworks)
  const lib = ['ES2024', 'DOM', 'DOM.Iterable']
  const compilerOptions = { paths, lib, jsx: 'preserve', types: ['node', 'vite/client'] }
  const config = { extends: join(root, 'packages/tooling/tsconfig.base.json'), compilerOptions, include: ['**/*'] }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
  const { status, stdout } = spawnSync('vue-tsc', ['-p', '.'], { cwd: folder, encoding: 'utf8' })
  expect(stdout).toBe('')
  expect(status).toBe(0)
})

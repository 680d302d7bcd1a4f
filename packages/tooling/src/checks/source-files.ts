import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fromRoot, root } from '../root.ts'

export type SourceFile = {
  /** From the repository's folder. */
  readonly path: string
  readonly lines: number
  /** TypeScript or JavaScript; of a Vue file its script blocks, at the same line numbers. */
  readonly script: string
  readonly text: string
  readonly isTest: boolean
}

const skipped = new Set([
  'node_modules',
  'dist',
  '.output',
  '.nitro',
  '.git',
  '.cache',
  '.cardea',
  'coverage',
  'test-results',
])

const walk = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (skipped.has(entry.name)) return []
    const path = join(folder, entry.name)
    return entry.isDirectory() ? walk(path) : [path]
  })

const scriptsOf = (text: string): string => {
  let script = text.replace(/[^\n]/g, ' ')
  for (const block of text.matchAll(/<script\b[^>]*>([\s\S]*?)<\/script>/g)) {
    const content = block[1] ?? ''
    const start = block.index + block[0].indexOf('>') + 1
    script = script.slice(0, start) + content + script.slice(start + content.length)
  }
  return script
}

/** Files that only tests use: tests, their set-up and their fixtures. */
const isTest = (path: string): boolean =>
  /\.(test|fixture|setup)\.tsx?$|\/(tests?|fixtures|testing)\/|\/testing\.ts$|^e2e\//.test(path)

const isSource = (path: string): boolean =>
  /\.(ts|tsx|mts|js|mjs|vue)$/.test(path) && !/\.(gen|generated|d)\.m?ts$|\/generated\//.test(path)

/** A source file from its path in the repository and its text. */
export const sourceFile = (path: string, text: string): SourceFile => ({
  path,
  text,
  lines: text.trimEnd().split('\n').length,
  script: path.endsWith('.vue') ? scriptsOf(text) : text,
  isTest: isTest(path),
})

/** Every hand-written source file below packages, apps and e2e. */
export const sourceFiles = (): SourceFile[] =>
  ['packages', 'apps', 'e2e']
    .flatMap((folder) => walk(join(root, folder)))
    .filter((path) => isSource(fromRoot(path)))
    .map((path) => sourceFile(fromRoot(path), readFileSync(path, 'utf8')))

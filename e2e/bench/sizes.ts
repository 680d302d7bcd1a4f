import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { gzipSync } from 'node:zlib'
import type { Metafile } from 'esbuild'
import { build } from 'esbuild'

interface Subject {
  readonly what: string
  /** An app's import, as a developer writes it. */
  readonly code: string
  /** `initial`: what the first load brings; `all`: with the chunks it may load later. */
  readonly part: 'initial' | 'all'
  /** kB (1000 bytes), gzip. */
  readonly budget: number
}

const vueBase =
  "import { createCardea } from '@cardea/vue'; import { en } from '@cardea/locales/en'; export const app = createCardea({ messages: en });"

const subjects: readonly Subject[] = [
  {
    what: 'core: session + sign-in',
    code: "export * from '@cardea/core'; export * from '@cardea/core/sign-in'",
    part: 'initial',
    budget: 8,
  },
  {
    what: 'vue: plugin + useAuth + useUser',
    code: "export { createCardea, useAuth, useUser } from '@cardea/vue'",
    part: 'initial',
    budget: 10,
  },
  {
    what: 'vue: SignIn, initial chunk',
    code: "export { createCardea, SignIn } from '@cardea/vue'",
    part: 'initial',
    budget: 11,
  },
  {
    what: 'vue: SignIn with every native step and English',
    code: `${vueBase} export { SignIn } from '@cardea/vue'`,
    part: 'all',
    budget: 25,
  },
]

const styles = ['tokens.css', 'parts.css', 'sign-in.css']

/** Rows of the size table: what an app really downloads, minified, gzip, Vue itself not counted. */
export async function measureSizes(): Promise<string[][]> {
  const rows: string[][] = []
  for (const subject of subjects) {
    const bytes = await bundle(subject)
    rows.push(row(subject.what, bytes, subject.budget))
  }
  const require = createRequire(import.meta.url)
  const css = styles.map((name) => readFileSync(require.resolve(`@cardea/theme/${name}`), 'utf8')).join('\n')
  const { code } = await import('esbuild').then(({ transform }) => transform(css, { loader: 'css', minify: true }))
  rows.push(row('theme: CSS of sign-in', gzipSync(code).byteLength, 6))
  return rows
}

const row = (what: string, bytes: number, budget: number) => [
  what,
  (bytes / 1000).toFixed(1),
  `${budget}${bytes / 1000 > budget ? ' MISSED' : ''}`,
]

async function bundle({ code, part }: Subject): Promise<number> {
  const result = await build({
    stdin: { contents: code, resolveDir: import.meta.dirname, loader: 'ts' },
    bundle: true,
    format: 'esm',
    splitting: true,
    minify: true,
    metafile: true,
    write: false,
    outdir: 'out',
    platform: 'browser',
    external: ['vue'],
    define: { 'process.env.NODE_ENV': '"production"' },
  })
  const names = part === 'all' ? Object.keys(result.metafile.outputs) : initial(result.metafile)
  return result.outputFiles
    .filter(({ path }) => names.some((name) => path.endsWith(name)))
    .reduce((sum, { contents }) => sum + gzipSync(contents).byteLength, 0)
}

/** The entry and everything it imports statically. */
function initial({ outputs }: Metafile): string[] {
  const entry = Object.keys(outputs).find((name) => outputs[name]?.entryPoint !== undefined)
  const found = new Set<string>()
  const visit = (name: string) => {
    if (found.has(name)) return
    found.add(name)
    for (const { path, kind } of outputs[name]?.imports ?? [])
      if (kind === 'import-statement' && outputs[path]) visit(path)
  }
  if (entry) visit(entry)
  return [...found]
}

import ts from 'typescript'
import type { Project } from './project.ts'
import type { SourceFile } from './source-files.ts'

/** Design §11. Densities are per 1,000 lines. */
const budget = { p90: 220, longest: 400, component: 150, any: 0.2, suppressions: 0.5 }

const adapters = ['vue', 'react', 'nuxt', 'next'].map((name) => `packages/${name}/src/`)

const isProse = ({ path }: SourceFile): boolean => path.startsWith('packages/locales/')

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0)

const scriptLines = ({ script }: SourceFile): number => script.split('\n').filter((line) => line.trim() !== '').length

const anyTypes = (tree: ts.SourceFile): number => {
  let count = 0
  const visit = (node: ts.Node): void => {
    if (node.kind === ts.SyntaxKind.AnyKeyword) count++
    ts.forEachChild(node, visit)
  }
  visit(tree)
  return count
}

const suppression =
  /(?:\/\/|\/\*|<!--)\s*(?:biome-ignore(?:-\w+)?\s+[\w/]+|@ts-(?:expect-error|ignore|nocheck)|eslint-disable\S*)(?<reason>.*)/g

const suppressionsOf = ({ text }: SourceFile): string[] =>
  [...text.matchAll(suppression)].map((match) => match.groups?.reason ?? '')

const densityFault = (what: string, count: number, lines: number, limit: number): string[] => {
  // One in a small repository is no trend.
  const allowed = Math.max(1, Math.floor((lines / 1000) * limit))
  return count > allowed ? [`${count} ${what} in ${lines} lines: at most ${allowed} (${limit} per 1,000)`] : []
}

const fileFaults = (files: readonly SourceFile[]): string[] =>
  files.flatMap((file) => {
    const limit = file.path.endsWith('.vue') ? budget.component : budget.longest
    return file.lines > limit ? [`${file.path} has ${file.lines} lines: at most ${limit}`] : []
  })

const reasonFaults = (files: readonly SourceFile[]): string[] =>
  files.flatMap((file) =>
    suppressionsOf(file).some((reason) => !/\w{3}/.test(reason))
      ? [`${file.path}: a suppression without its reason`]
      : [],
  )

const adapterFault = (files: readonly SourceFile[]): string[] => {
  const core = sum(files.filter(({ path }) => path.startsWith('packages/core/src/')).map(scriptLines))
  const all = sum(files.filter(({ path }) => adapters.some((folder) => path.startsWith(folder))).map(scriptLines))
  return all > core
    ? [`the framework adapters' script has ${all} lines, core has ${core}: decisions belong in core`]
    : []
}

/** Sizes and densities over their budget. */
export const sizeFaults = ({ files, trees }: Project): string[] => {
  const own = files.filter((file) => !file.isTest && !isProse(file))
  const sorted = own.map((file) => file.lines).sort((a, b) => a - b)
  const p90 = sorted[Math.ceil(sorted.length * 0.9) - 1] ?? 0
  const lines = sum(files.map((file) => file.lines))
  const any = sum(
    files.map((file) => anyTypes(trees.get(file.path) ?? ts.createSourceFile('', '', ts.ScriptTarget.Latest))),
  )
  return [
    ...fileFaults(own),
    ...(p90 > budget.p90 ? [`nine tenths of the files should have at most ${budget.p90} lines: p90 is ${p90}`] : []),
    ...densityFault('uses of any', any, lines, budget.any),
    ...densityFault('suppressions', sum(files.map((file) => suppressionsOf(file).length)), lines, budget.suppressions),
    ...reasonFaults(files),
    ...adapterFault(own),
  ]
}

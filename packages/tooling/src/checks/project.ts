import type ts from 'typescript'
import type { Import } from './imports.ts'
import { importsOf, parse } from './imports.ts'
import type { SourceFile } from './source-files.ts'
import { sourceFiles } from './source-files.ts'

/** One reading of all sources, for every check. */
export type Project = {
  readonly files: readonly SourceFile[]
  readonly trees: ReadonlyMap<string, ts.SourceFile>
  readonly imports: ReadonlyMap<string, readonly Import[]>
}

export const projectOf = (files: readonly SourceFile[]): Project => {
  const parsed = files.map((file) => ({ path: file.path, file, tree: parse(file) }))
  return {
    files,
    trees: new Map(parsed.map(({ path, tree }) => [path, tree])),
    imports: new Map(parsed.map(({ path, file, tree }) => [path, importsOf(file, tree)])),
  }
}

/** The sources as they are on disk now. */
export const readProject = (): Project => projectOf(sourceFiles())

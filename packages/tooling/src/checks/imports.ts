import { posix } from 'node:path'
import ts from 'typescript'
import type { SourceFile } from './source-files.ts'

export type Import = {
  readonly from: string
  readonly line: number
  readonly specifier: string
  /** Erased when compiled. */
  readonly typeOnly: boolean
  /** Names that exist at run time; `*` for a namespace, a re-export of everything or a dynamic import. */
  readonly values: readonly string[]
  /** The file a relative specifier names, from the repository's folder. */
  readonly target: string | undefined
}

type Found = Pick<Import, 'specifier' | 'typeOnly' | 'values'> & { readonly position: number }

const textOf = (node: ts.Node | undefined): string | undefined =>
  node && ts.isStringLiteralLike(node) ? node.text : undefined

const valueNames = (names: readonly (ts.ImportSpecifier | ts.ExportSpecifier)[]): string[] =>
  names.filter((name) => !name.isTypeOnly).map((name) => (name.propertyName ?? name.name).text)

const importedValues = (clause: ts.ImportClause | undefined): string[] => {
  if (!clause) return ['*']
  if (clause.isTypeOnly) return []
  const named = clause.namedBindings
  const rest = named ? (ts.isNamespaceImport(named) ? ['*'] : valueNames(named.elements)) : []
  return clause.name ? ['default', ...rest] : rest
}

const exportedValues = (node: ts.ExportDeclaration): string[] => {
  if (node.isTypeOnly) return []
  return node.exportClause && ts.isNamedExports(node.exportClause) ? valueNames(node.exportClause.elements) : ['*']
}

const find = (node: ts.Node): Found | undefined => {
  const position = node.getStart()
  const found = (specifier: string | undefined, values: string[]): Found | undefined =>
    specifier === undefined ? undefined : { specifier, values, typeOnly: values.length === 0, position }
  if (ts.isImportDeclaration(node)) return found(textOf(node.moduleSpecifier), importedValues(node.importClause))
  if (ts.isExportDeclaration(node)) return found(textOf(node.moduleSpecifier), exportedValues(node))
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
    return found(textOf(node.arguments[0]), ['*'])
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) return found(textOf(node.argument.literal), [])
  return undefined
}

/** The tree of a file, parsed once per run of the checks. */
export const parse = (file: SourceFile): ts.SourceFile =>
  ts.createSourceFile(file.path.replace(/\.vue$/, '.vue.ts'), file.script, ts.ScriptTarget.Latest, true)

/** Everything a file imports or re-exports, types and dynamic imports included. */
export const importsOf = (file: SourceFile, tree: ts.SourceFile): Import[] => {
  const all: Import[] = []
  const visit = (node: ts.Node): void => {
    const found = find(node)
    if (found) {
      const { position, ...rest } = found
      const relative = rest.specifier.startsWith('.')
      all.push({
        ...rest,
        from: file.path,
        line: tree.getLineAndCharacterOfPosition(position).line + 1,
        target: relative ? posix.join(posix.dirname(file.path), rest.specifier.replace(/\?.*$/, '')) : undefined,
      })
    }
    ts.forEachChild(node, visit)
  }
  visit(tree)
  return all
}

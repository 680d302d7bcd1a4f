import { builtinModules } from 'node:module'
import type { Import } from './imports.ts'
import type { Layer } from './layer-table.ts'
import { layers } from './layer-table.ts'
import { isPublicEntry, packageFolder, packageName } from './packages.ts'
import type { Project } from './project.ts'

const below = (path: string, folder: string): boolean => path.startsWith(`${folder}/`)

/** `domain/token/` for `domain/token/sign.ts` in the layer `domain`; empty for a file directly in it. */
const subject = (path: string, layer: Layer): string => {
  const end = path.indexOf('/', layer.folder.length + 1)
  return end < 0 ? '' : path.slice(0, end + 1)
}

const mayReach = (place: string, path: string, target: string, layer: Layer): boolean => {
  const own = subject(path, layer)
  if (place === '@self') return own === '' ? below(target, layer.folder) : target.startsWith(own)
  if (place !== '@index') return below(target, place)
  // A noun's index.ts is its public face; a file directly in the folder belongs to all nouns.
  return below(target, layer.folder) && /^[^/]+(\/index)?\.ts$/.test(target.slice(layer.folder.length + 1))
}

const relativeFault = (path: string, target: string, layer: Layer, isTest: boolean): string | undefined => {
  if (packageFolder(path) !== packageFolder(target)) return `reaches into another package by path: ${target}`
  if (isTest || !layer.inside || layer.inside.some((place) => mayReach(place, path, target, layer))) return undefined
  return `${layer.folder} may not import ${target}`
}

const ourPackageFault = (each: Import, layer: Layer): string | undefined => {
  const name = packageName(each.specifier)
  if (!isPublicEntry(each.specifier)) return `${each.specifier} is no public entry of ${name}`
  if (layer.ours.includes('*') || layer.ours.includes(name)) return undefined
  if (!layer.types?.includes(name)) return `${layer.folder} may not import ${name}`
  if (each.typeOnly || layer.constants?.includes(each.specifier)) return undefined
  return `${layer.folder} may import '${each.values[0]}' of ${each.specifier} as a type only`
}

const packageFault = (each: Import, layer: Layer, isTest: boolean): string | undefined => {
  const name = packageName(each.specifier)
  if (isTest)
    return name.startsWith('@cardea/') && !isPublicEntry(each.specifier)
      ? `${each.specifier} is no public entry`
      : undefined
  if (name.startsWith('@cardea/')) return ourPackageFault(each, layer)
  const known = layer.theirs.includes('*') || layer.theirs.includes(name) || layer.oneMore
  return known ? undefined : `${layer.folder} may not use ${name}`
}

const isBuiltin = (specifier: string): boolean => specifier.startsWith('node:') || builtinModules.includes(specifier)

const builtinFault = (specifier: string, layer: Layer, isTest: boolean): string | undefined => {
  if (!specifier.startsWith('node:')) return `write node:${specifier}`
  return layer.node || isTest ? undefined : `${layer.folder} may not use ${specifier}`
}

const isConfiguration = (path: string): boolean => /\/[a-z.]+\.config\.m?ts$/.test(path)

/** A feature or authenticator may use at most one library of its own. */
const libraryFaults = (project: Project): string[] => {
  const libraries = new Map<string, Set<string>>()
  for (const file of project.files.filter((each) => !each.isTest)) {
    const layer = layers.find(({ folder }) => below(file.path, folder))
    if (!layer?.oneMore) continue
    const own = subject(file.path, layer)
    const used = libraries.get(own) ?? new Set<string>()
    for (const { specifier, target } of project.imports.get(file.path) ?? []) {
      const name = packageName(specifier)
      const free =
        target !== undefined ||
        name.startsWith('@cardea/') ||
        specifier.startsWith('node:') ||
        layer.theirs.includes(name)
      if (!free) used.add(name)
    }
    libraries.set(own, used)
  }
  return [...libraries]
    .filter(([, used]) => used.size > 1)
    .map(([own, used]) => `${own} uses ${[...used].join(' and ')}: one library at most`)
}

/** Every import that the table of layers does not allow. */
export const layerFaults = (project: Project): string[] => {
  const faults: string[] = []
  for (const { path, isTest } of project.files.filter((file) => !isConfiguration(file.path))) {
    const layer = layers.find(({ folder }) => below(path, folder))
    if (!layer) {
      faults.push(`${path}: its package has no row in packages/tooling/src/checks/layer-table.ts`)
      continue
    }
    for (const each of project.imports.get(path) ?? []) {
      const fault =
        each.target !== undefined
          ? relativeFault(path, each.target, layer, isTest)
          : isBuiltin(each.specifier)
            ? builtinFault(each.specifier, layer, isTest)
            : packageFault(each, layer, isTest)
      if (fault) faults.push(`${path}:${each.line} ${fault}`)
    }
  }
  return [...faults, ...libraryFaults(project)]
}

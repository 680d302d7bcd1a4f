import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from '../process.ts'
import { root as repository } from '../root.ts'
import { authenticatorFiles } from './authenticator.ts'
import { featureFiles } from './feature.ts'
import { grantFiles } from './grant.ts'

/** `token-exchange` as the folder, `tokenExchange` in code, `Token exchange` in prose. */
export type Name = { readonly folder: string; readonly code: string; readonly prose: string }

export type Files = Readonly<Record<string, string>>

const preset = 'packages/engine/src/presets/default.ts'

const kinds: Record<string, { readonly place: string; readonly files: (name: Name) => Files }> = {
  feature: { place: 'features', files: featureFiles },
  authenticator: { place: 'authenticators', files: authenticatorFiles },
  grant: { place: 'features', files: grantFiles },
}

const spell = (folder: string): Name => {
  const words = folder.replaceAll('-', ' ')
  return {
    folder,
    code: folder.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase()),
    prose: words.charAt(0).toUpperCase() + words.slice(1),
  }
}

/** Adds a folder to the one list of features; Biome lays it out afterwards. */
export const addToPreset = (source: string, place: string, { folder, code }: Name): string => {
  const list = /(defaultFeatures\b[^=]*=\s*\[)([^\]]*)\]/.exec(source)
  if (!list) throw new Error(`${preset} has no list 'defaultFeatures' to add to`)
  const entries = (list[2] ?? '').trimEnd().replace(/,$/, '')
  const longer = `${list[1]}${entries}${entries ? ',' : ''}\n  ${code}Feature,\n]`
  const line = `import { ${code}Feature } from '../${place}/${folder}/feature.ts'\n`
  return `${line}${source.slice(0, list.index)}${longer}${source.slice(list.index + list[0].length)}`
}

/** `npm run new -- feature|authenticator|grant NAME`: a folder that does nothing yet, and its line in the preset. */
export const create = async ([kind = '', folder = '']: readonly string[], root = repository): Promise<number> => {
  const known = Object.hasOwn(kinds, kind) ? kinds[kind] : undefined
  if (!known || !/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(folder)) {
    console.error(`usage: npm run new -- ${Object.keys(kinds).join('|')} NAME (lower case, words joined by "-")`)
    return 2
  }
  const name = spell(folder)
  const target = join('packages/engine/src', known.place, folder)
  if (existsSync(join(root, target))) {
    console.error(`${target} exists already`)
    return 1
  }
  mkdirSync(join(root, target), { recursive: true })
  const written = Object.entries(known.files(name)).map(([file, text]) => {
    writeFileSync(join(root, target, file), text)
    return join(target, file)
  })
  writeFileSync(join(root, preset), addToPreset(readFileSync(join(root, preset), 'utf8'), known.place, name))
  const formatted = await run('biome', ['check', '--write', '--log-level=error', target, preset], { cwd: root })
  console.log([...written, `${preset} (one entry)`].join('\n'))
  return formatted
}

import { existsSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { readConfiguration } from '@cardea/engine'
import type { CardeaConfig } from '@cardea/protocol'

/** The configuration file's content, checked: `CARDEA_CONFIG`, else `cardea.config.ts` or `.json` in `folder`. */
export async function loadConfiguration(file: string | undefined, folder: string): Promise<CardeaConfig> {
  const path = file ?? ['cardea.config.ts', 'cardea.config.json'].map((name) => join(folder, name)).find(existsSync)
  if (!path) return {}
  if (!existsSync(path)) throw new Error(`CARDEA_CONFIG: names no file: ${path}`)
  const reading = readConfiguration(extname(path) === '.json' ? parseJson(path) : await load(path))
  if (reading.problems) throw new Error([`${path}:`, ...reading.problems.map((problem) => `  ${problem}`)].join('\n'))
  return reading.config
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))

function parseJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    throw new Error(`${path}: ${messageOf(error)}`)
  }
}

/** Node reads TypeScript by itself; the file may export an object, or a function that gives one. */
async function load(path: string): Promise<unknown> {
  const module: { default?: unknown } = await import(pathToFileURL(path).href).catch((error: unknown) => {
    throw new Error(`${path}: ${messageOf(error)}`)
  })
  if (module.default === undefined) throw new Error(`${path}: has no default export`)
  return typeof module.default === 'function' ? await module.default() : module.default
}

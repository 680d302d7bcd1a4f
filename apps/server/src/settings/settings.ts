import { resolve } from 'node:path'
import type { Environment } from '@cardea/engine/environment'
import { parseEnvironment } from '@cardea/engine/environment'

/** How the process was told to run, with every default filled in. */
export interface Settings extends Environment {
  readonly publicUrl: string
  readonly database: { readonly kind: 'SQLite' | 'PostgreSQL'; readonly url: string }
}

/** Reads the environment; relative paths are below `folder`. Throws one error that names every variable that is wrong, a line each. */
export function readSettings(variables: Readonly<Record<string, string | undefined>>, folder: string): Settings {
  const reading = parseEnvironment(variables)
  if (reading.problems) throw new Error(reading.problems.join('\n'))
  const { settings } = reading
  const { databaseUrl, publicUrl = `http://localhost:${settings.port}` } = settings
  const dataFolder = resolve(folder, settings.dataFolder)
  const isPostgres = databaseUrl !== undefined && /^postgres(ql)?:/.test(databaseUrl)
  return {
    ...settings,
    publicUrl,
    dataFolder,
    config: settings.config && resolve(folder, settings.config),
    database: isPostgres
      ? { kind: 'PostgreSQL', url: databaseUrl }
      : { kind: 'SQLite', url: databaseUrl ?? resolve(dataFolder, 'cardea.sqlite') },
  }
}

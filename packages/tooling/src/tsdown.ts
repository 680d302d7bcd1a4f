import type { UserConfig } from 'tsdown'

/** What every published package builds with: ESM, declarations, nothing bundled that is a dependency. */
export const library = (entry: Record<string, string>, more: UserConfig = {}): UserConfig => ({
  entry,
  format: 'esm',
  platform: 'neutral',
  target: 'es2023',
  dts: true,
  sourcemap: true,
  clean: true,
  fixedExtension: false,
  logLevel: 'warn',
  ...more,
})

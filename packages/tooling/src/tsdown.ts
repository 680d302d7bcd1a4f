import type { UserConfig } from 'tsdown'

/** What every published package builds with: ESM, declarations, nothing bundled that is a dependency. */
export const library = (entry: Record<string, string>, more: UserConfig = {}): UserConfig => ({
  entry,
  format: 'esm',
  // Nothing is bundled, so this only says that `node:` modules are no mistake; the layer check says where they are.
  platform: 'node',
  target: 'es2023',
  dts: true,
  sourcemap: true,
  clean: true,
  fixedExtension: false,
  logLevel: 'warn',
  ...more,
})

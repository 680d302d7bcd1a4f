import { describe, expect, test } from 'vitest'
import { cycleFaults } from './cycles.ts'
import { layerFaults } from './layers.ts'
import { projectOf } from './project.ts'
import { sizeFaults } from './sizes.ts'
import { sourceFile } from './source-files.ts'

const project = (sources: Record<string, string>) =>
  projectOf(Object.entries(sources).map(([path, text]) => sourceFile(path, text)))

const engine = 'packages/engine/src'
const faultOf = (path: string, text: string) => layerFaults(project({ [path]: text })).join('\n')

describe('layers', () => {
  test.each([
    ['a feature reaches another feature', `${engine}/features/token/routes.ts`, "import '../par/store.ts'"],
    ['a type counts too', `${engine}/features/token/routes.ts`, "import type { Par } from '../par/store.ts'"],
    [
      'an import() type counts too',
      `${engine}/features/token/routes.ts`,
      "export type P = import('../par/store.ts').Par",
    ],
    [
      'a feature reaches an authenticator',
      `${engine}/features/token/a.ts`,
      "import '../../authenticators/totp/verify.ts'",
    ],
    ['the kernel reaches the domain', `${engine}/kernel/route.ts`, "export * from '../domain/engine.ts'"],
    ['a noun reaches inside another', `${engine}/domain/token/sign.ts`, "import { x } from '../key/store.ts'"],
    ['pg outside the store', `${engine}/domain/token/sign.ts`, "import pg from 'pg'"],
    ['another package by path', 'packages/bff/src/index.ts', "import '../../engine/src/index.ts'"],
    ['the bff knows the engine', 'packages/bff/src/index.ts', "import '@cardea/engine'"],
    ['an entry that is not public', 'packages/bff/src/index.ts', "import '@cardea/protocol/src/ids.ts'"],
    ['core on node', 'packages/core/src/index.ts', "import 'node:fs'"],
    ['core takes a schema', 'packages/core/src/index.ts', "import { flowAnswer } from '@cardea/protocol'"],
    ['core on a framework', 'packages/core/src/index.ts', "import { ref } from 'vue'"],
    [
      'a component file too',
      'packages/vue/src/A.vue',
      '<template><p /></template>\n<script setup lang="ts">\nimport "@cardea/bff"\n</script>',
    ],
    ['a package without a row', 'packages/other/src/index.ts', 'export const a = 1'],
  ])('refused: %s', (_, path, text) => {
    expect(faultOf(path, text)).toContain(path)
  })

  test.each([
    ['a noun uses another by its index', `${engine}/domain/token/sign.ts`, "import { x } from '../key/index.ts'"],
    [
      'a feature uses the domain',
      `${engine}/features/token/routes.ts`,
      "import { x } from '../../domain/token/index.ts'",
    ],
    ['a feature uses its own folder', `${engine}/features/token/routes.ts`, "import { x } from './request.ts'"],
    ['a test uses what it needs', 'packages/bff/src/index.test.ts', "import { x } from '@cardea/engine'"],
    [
      'core takes types of the wire',
      'packages/core/src/index.ts',
      "import type { NativeStep } from '@cardea/protocol'",
    ],
  ])('allowed: %s', (_, path, text) => {
    expect(faultOf(path, text)).toBe('')
  })

  test('a feature brings at most one library', () => {
    const text = (library: string) => `import '${library}'`
    const one = { [`${engine}/features/mail/a.ts`]: text('nodemailer') }
    expect(layerFaults(project(one))).toEqual([])
    expect(layerFaults(project({ ...one, [`${engine}/features/mail/b.ts`]: text('otpauth') }))).toEqual([
      expect.stringContaining('nodemailer and otpauth'),
    ])
  })
})

describe('import cycles', () => {
  const pair = (importing: string) =>
    project({ 'packages/core/src/a.ts': "import { b } from './b.ts'", 'packages/core/src/b.ts': importing })

  test('a cycle is reported once, with its path', () => {
    expect(cycleFaults(pair("import { a } from './a.ts'"))).toEqual([
      'import cycle: packages/core/src/a.ts → packages/core/src/b.ts → packages/core/src/a.ts',
    ])
  })

  test('types may refer to each other', () => {
    expect(cycleFaults(pair("import type { A } from './a.ts'"))).toEqual([])
  })
})

describe('sizes', () => {
  const lines = (count: number, line = 'export {}') => Array.from({ length: count }, () => line).join('\n')

  test.each([
    ['packages/core/src/a.ts', 401],
    ['packages/vue/src/A.vue', 151],
  ])('%s with %i lines is too long', (path, count) => {
    expect(sizeFaults(project({ [path]: lines(count) })).join()).toContain(`${path} has ${count} lines`)
  })

  test('catalogues of messages may be long', () => {
    expect(sizeFaults(project({ 'packages/locales/src/en/errors.ts': lines(900) }))).toEqual([])
  })

  test('nine tenths of the files stay short', () => {
    const files = Object.fromEntries(['a', 'b', 'c'].map((name) => [`packages/core/src/${name}.ts`, lines(221)]))
    expect(sizeFaults(project(files)).join()).toContain('p90 is 221')
  })

  test('any and suppressions are counted, a suppression gives its reason', () => {
    const ignore = ['biome', 'ignore'].join('-')
    const text = `const a: any = 1\nconst b: any = a\n// ${ignore} lint/style/useConst: \nlet c = b`
    expect(sizeFaults(project({ 'packages/core/src/a.ts': text })).join()).toMatch(/2 uses of any.*without its reason/)
  })

  test('an adapter that grows larger than core has taken a decision from it', () => {
    const sources = { 'packages/core/src/a.ts': lines(10), 'packages/vue/src/a.ts': lines(11) }
    expect(sizeFaults(project(sources)).join()).toContain('decisions belong in core')
  })
})

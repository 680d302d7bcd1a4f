import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { packPackages } from './packed.ts'

const folder = mkdtempSync(join(tmpdir(), 'cardea-packed-'))
afterAll(() => rmSync(folder, { recursive: true }))

const manifest = {
  name: '@cardea/thing',
  version: '0.0.0',
  files: ['dist', 'src'],
  exports: { '.': { 'cardea-source': './src/index.ts' } },
  publishConfig: { exports: { '.': './dist/index.js', './*.css': './src/*.css' } },
}

test('a package that was not built is refused by name, and what was packed before stays', async () => {
  const [at, out] = [join(folder, 'packages/thing'), join(folder, 'out')]
  mkdirSync(join(at, 'src'), { recursive: true })
  mkdirSync(out)
  writeFileSync(join(out, 'before.tgz'), '')
  writeFileSync(join(at, 'package.json'), JSON.stringify(manifest))
  writeFileSync(join(at, 'src/thing.css'), '')
  await expect(packPackages(out, folder)).rejects.toThrow('@cardea/thing has no ./dist/index.js: build it first')
  expect(existsSync(join(out, 'before.tgz'))).toBe(true)

  mkdirSync(join(at, 'dist'))
  writeFileSync(join(at, 'dist/index.js'), '')
  expect(await packPackages(out, folder)).toEqual([
    { name: '@cardea/thing', tarball: join(out, 'cardea-thing.tgz'), entries: ['.', './*.css'] },
  ])
  expect(existsSync(join(out, 'cardea-thing.tgz'))).toBe(true)
})

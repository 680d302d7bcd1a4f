import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { root } from './root.ts'

const where = (...question: string[]): { status: number | null; lines: string[] } => {
  const cli = join(root, 'packages/tooling/src/cli.ts')
  const args = ['--conditions=cardea-source', cli, 'where', ...question]
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', cwd: root })
  return { status, lines: (stdout + stderr).split('\n') }
}

const steps = (lines: string[]): { name: string; path: string; line: number }[] =>
  lines.flatMap((text) => {
    const [, name = '', path = '', line = ''] = /^\d+\. (\S+)\s+(\S+):(\d+)/.exec(text) ?? []
    return name ? [{ name, path, line: Number(line) }] : []
  })

test.each([
  ['POST', '/oauth2/authn'],
  ['POST', '/oauth2/token'],
  ['GET', '/oauth2/authorize'],
])('%s %s is at most six steps, each shown where it is written', (method, path) => {
  const { status, lines } = where(method, path)
  expect(status).toBe(0)
  const shown = steps(lines)
  expect(shown.length).toBeGreaterThan(0)
  expect(shown.length).toBeLessThanOrEqual(6)
  for (const step of shown) {
    const text = readFileSync(join(root, step.path), 'utf8').split('\n')[step.line - 1]
    expect(text).toContain(step.name)
  }
})

test('a path finds the route whose pattern it fits', () => {
  expect(where('get', '/api/v1/accounts/acc_1').lines[0]).toContain('GET /api/v1/accounts/:accountId')
})

test('an unknown path lists those there are', () => {
  const { status, lines } = where('POST', '/nowhere')
  expect(status).toBe(1)
  expect(lines.join('\n')).toContain('POST /oauth2/token')
})

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { add, line, playwrightTally, vitestTally } from './tally.ts'

const folder = mkdtempSync(join(tmpdir(), 'cardea-tally-'))
afterAll(() => rmSync(folder, { recursive: true }))

const report = (content: object): string => {
  const path = join(folder, 'report.json')
  writeFileSync(path, JSON.stringify(content))
  return path
}

const vitest = { numPassedTests: 3, numFailedTests: 0, numPendingTests: 1, numTodoTests: 1, testResults: [] }

test('the last line counts all suites', () => {
  const total = add(
    vitestTally(report(vitest), 0),
    playwrightTally(report({ stats: { expected: 4, unexpected: 1, flaky: 0, skipped: 0 } }), 1),
  )
  expect(line(total)).toBe('7 passed, 1 failed, 2 skipped')
})

test('a file that does not load is a failure', () => {
  const testResults = [{ status: 'failed', assertionResults: [] }]
  expect(vitestTally(report({ ...vitest, testResults }), 1).failed).toBe(1)
})

test('a runner that ends badly although all its tests passed is a failure', () => {
  expect(vitestTally(report(vitest), 1).failed).toBe(1)
})

test('a runner that wrote no report is a failure', () => {
  expect(vitestTally(join(folder, 'absent.json'), 0).failed).toBe(1)
  expect(playwrightTally(join(folder, 'absent.json'), 0).failed).toBe(1)
})

test('what passes only at the second try is a failure', () => {
  const stats = { expected: 4, unexpected: 0, flaky: 1, skipped: 0 }
  expect(playwrightTally(report({ stats }), 0)).toEqual({ passed: 4, failed: 1, skipped: 0 })
})

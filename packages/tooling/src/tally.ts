import { existsSync, readFileSync } from 'node:fs'

export type Tally = { readonly passed: number; readonly failed: number; readonly skipped: number }

export const none: Tally = { passed: 0, failed: 0, skipped: 0 }
export const one = (passed: boolean): Tally => (passed ? { ...none, passed: 1 } : { ...none, failed: 1 })
export const add = (a: Tally, b: Tally): Tally => ({
  passed: a.passed + b.passed,
  failed: a.failed + b.failed,
  skipped: a.skipped + b.skipped,
})
export const line = ({ passed, failed, skipped }: Tally): string =>
  `${passed} passed, ${failed} failed, ${skipped} skipped`

/** A runner that failed without a failed test (a crash, a broken set-up, no report) still counts as one failure. */
const withStatus = (tally: Tally, status: number): Tally =>
  status !== 0 && tally.failed === 0 ? { ...tally, failed: 1 } : tally

const read = <T>(path: string): T | undefined =>
  existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as T) : undefined

type VitestReport = {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numPendingTests: number
  readonly numTodoTests: number
  readonly testResults: readonly { readonly status: string; readonly assertionResults: readonly { status: string }[] }[]
}

export const vitestTally = (path: string, status: number): Tally => {
  const report = read<VitestReport>(path)
  if (!report) return one(false)
  // A file that does not load, or whose set-up fails, has no failed test of its own.
  const broken = report.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.every((result) => result.status !== 'failed'),
  ).length
  const tally = {
    passed: report.numPassedTests,
    failed: report.numFailedTests + broken,
    skipped: report.numPendingTests + report.numTodoTests,
  }
  return withStatus(tally, status)
}

type PlaywrightReport = {
  readonly stats: {
    readonly expected: number
    readonly unexpected: number
    readonly flaky: number
    readonly skipped: number
  }
}

export const playwrightTally = (path: string, status: number): Tally => {
  const stats = read<PlaywrightReport>(path)?.stats
  if (!stats) return one(false)
  // What passes only at the second try is a failure.
  return withStatus({ passed: stats.expected, failed: stats.unexpected + stats.flaky, skipped: stats.skipped }, status)
}

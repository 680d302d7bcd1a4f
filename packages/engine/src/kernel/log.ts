import type { Log } from './kernel.ts'

const secret = /pass(word)?|secret|token|code|authorization|cookie|assertion|seed|verifier|isk|otp/i

/** One JSON line a message to `write`; values of members with a secret's name are masked. */
export function createLog(write: (line: string) => void, level: 'debug' | 'info' | 'warn' | 'error' = 'info'): Log {
  const order = { debug: 0, info: 1, warn: 2, error: 3 }
  return (severity, message, fields = {}) => {
    if (order[severity] < order[level]) return
    write(JSON.stringify({ time: new Date().toISOString(), level: severity, message, ...fields }, mask))
  }
}

function mask(name: string, value: unknown): unknown {
  if (value instanceof Error) return { name: value.name, message: value.message, stack: value.stack }
  return typeof value === 'string' && secret.test(name) ? '•••' : value
}

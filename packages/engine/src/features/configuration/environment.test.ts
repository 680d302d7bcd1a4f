import { describe, expect, test } from 'vitest'
import { parseEnvironment } from './environment.ts'

describe('the environment', () => {
  test('has a default for everything', () => {
    expect(parseEnvironment({ PATH: '/bin', HOME: '/root' })).toEqual({
      settings: {
        port: 3000,
        host: '127.0.0.1',
        publicUrl: undefined,
        databaseUrl: undefined,
        key: undefined,
        config: undefined,
        development: false,
        smtpUrl: undefined,
        mailFrom: undefined,
        outboundAllow: [],
        trustedProxies: [],
        logLevel: 'info',
        audit: 'buffered',
        auditDays: undefined,
        eventDays: 30,
        dataFolder: './.cardea',
      },
    })
  })

  test('is read into values', () => {
    const { settings } = parseEnvironment({
      PORT: '8080',
      HOST: '0.0.0.0',
      CARDEA_PUBLIC_URL: 'https://id.example/',
      DATABASE_URL: 'postgres://db/cardea',
      CARDEA_KEY: Buffer.alloc(32, 1).toString('base64'),
      CARDEA_OUTBOUND_ALLOW: 'http://127.0.0.1:39000, http://localhost:3001',
      CARDEA_TRUSTED_PROXIES: '10.0.0.0/8 ::1',
      CARDEA_AUDIT_DAYS: '365',
      CARDEA_EVENT_DAYS: '7',
      CARDEA_LOG: 'debug',
    }) as { settings: unknown }
    expect(settings).toMatchObject({
      port: 8080,
      host: '0.0.0.0',
      publicUrl: 'https://id.example',
      key: new Uint8Array(32).fill(1),
      outboundAllow: ['http://127.0.0.1:39000', 'http://localhost:3001'],
      trustedProxies: ['10.0.0.0/8', '::1'],
      auditDays: 365,
      eventDays: 7,
      logLevel: 'debug',
    })
  })

  test.each([
    [{ PORT: '80a' }, 'PORT: must be a port number, 0 to 65535'],
    [{ PORT: '70000' }, 'PORT: must be a port number, 0 to 65535'],
    [{ CARDEA_PUBLIC_URL: 'http://id.example' }, 'CARDEA_PUBLIC_URL: must be https://…, or http://localhost'],
    [{ CARDEA_PUBLIC_URL: 'https://id.example/path' }, 'CARDEA_PUBLIC_URL: must be an origin without a path'],
    [{ DATABASE_URL: 'mysql://db' }, 'DATABASE_URL: must be postgres://… or the path of a SQLite file'],
    [
      { DATABASE_URL: 'postgres://db/cardea' },
      'CARDEA_KEY: is missing; with DATABASE_URL=postgres://… the key cannot lie beside the database',
    ],
    [{ CARDEA_KEY: 'short' }, 'CARDEA_KEY: must be 32 random bytes as base64 or hex (openssl rand -base64 32)'],
    [{ CARDEA_DEV: 'yes' }, 'CARDEA_DEV: must be 1 or 0'],
    [{ CARDEA_DEV: '1', HOST: '0.0.0.0' }, 'CARDEA_DEV: is for loopback only, and HOST is 0.0.0.0'],
    [{ CARDEA_SMTP_URL: 'mail.example' }, 'CARDEA_SMTP_URL: must be smtp://… or smtps://…'],
    [
      { CARDEA_OUTBOUND_ALLOW: 'http://a/b' },
      "CARDEA_OUTBOUND_ALLOW: 'http://a/b' must be an origin such as http://127.0.0.1:39000",
    ],
    [{ CARDEA_EVENT_DAYS: '0' }, 'CARDEA_EVENT_DAYS: must be a number of days, 1 to 99999'],
    [{ CARDEA_EVENT_DAYS: 'ever' }, 'CARDEA_EVENT_DAYS: must be a number of days, 1 to 99999'],
    [{ CARDEA_LOG: 'loud' }, 'CARDEA_LOG: must be one of debug, info, warn, error'],
    [{ CARDEA_PUBLIC_URI: 'x' }, 'CARDEA_PUBLIC_URI: is not a setting (did you mean CARDEA_PUBLIC_URL?)'],
    [{ CARDEA_XYZZY: 'x' }, 'CARDEA_XYZZY: is not a setting'],
  ])('%j is refused by name', (env, problem) => {
    expect(parseEnvironment(env).problems).toContain(problem)
  })

  test('never repeats a secret in a problem', () => {
    expect(
      JSON.stringify(parseEnvironment({ CARDEA_KEY: 'hunter2', CARDEA_SMTP_URL: 'user:hunter2@x' })),
    ).not.toContain('hunter2')
  })
})

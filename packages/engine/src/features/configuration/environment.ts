import { closest } from './closest.ts'

/** What the server reads from its environment, checked. */
export interface Environment {
  /** 3000 unless told. */
  readonly port: number
  /** Where to listen; loopback unless told. */
  readonly host: string
  /** Issuer and base of every link; `undefined`: `http://localhost:PORT`. */
  readonly publicUrl: string | undefined
  /** `postgres://…` or a SQLite file; `undefined`: the data folder's. */
  readonly databaseUrl: string | undefined
  /** 32 bytes. */
  readonly key: Uint8Array | undefined
  /** Path of the configuration file. */
  readonly config: string | undefined
  /** Development: `/dev/…`, loopback only. */
  readonly development: boolean
  readonly smtpUrl: string | undefined
  /** Sender of mails: `Northwind <no-reply@northwind.example>`. */
  readonly mailFrom: string | undefined
  readonly outboundAllow: readonly string[]
  /** Addresses or CIDR ranges whose `X-Forwarded-For` is believed. */
  readonly trustedProxies: readonly string[]
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error'
  readonly audit: 'buffered' | 'strict'
  /** Days after which the oldest audit entries are deleted; `undefined`: never. */
  readonly auditDays: number | undefined
  /** Days after which events that were handled are deleted; 30 unless told. */
  readonly eventDays: number
  /** Folder of the embedded database and the master key; `./.cardea` unless told. */
  readonly dataFolder: string
}

export type EnvironmentReading =
  | { readonly settings: Environment; readonly problems?: undefined }
  | { readonly problems: readonly string[] }

const prefix = 'CARDEA_'
const loopback: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '::1'])

/** Reads the variables; every problem names its variable. `CARDEA_…` names that do not exist are problems too. */
export function parseEnvironment(env: Readonly<Record<string, string | undefined>>): EnvironmentReading {
  const problems: string[] = []
  const used = new Set<string>()
  const read = <T>(name: string, parse: (text: string) => T | Problem): T | undefined => {
    used.add(name)
    const text = env[name]?.trim()
    if (text === undefined || text === '') return undefined
    const value = parse(text)
    if (!isProblem(value)) return value
    problems.push(`${name}: ${value.problem}`)
    return undefined
  }

  const settings: Environment = {
    port: read('PORT', port) ?? 3000,
    host: read('HOST', word) ?? '127.0.0.1',
    publicUrl: read('CARDEA_PUBLIC_URL', publicUrl),
    databaseUrl: read('DATABASE_URL', database),
    key: read('CARDEA_KEY', key),
    config: read('CARDEA_CONFIG', word),
    development: read('CARDEA_DEV', flag) ?? false,
    smtpUrl: read('CARDEA_SMTP_URL', smtp),
    mailFrom: read('CARDEA_MAIL_FROM', word),
    outboundAllow: read('CARDEA_OUTBOUND_ALLOW', listOf(origin)) ?? [],
    trustedProxies: read('CARDEA_TRUSTED_PROXIES', listOf(network)) ?? [],
    logLevel: read('CARDEA_LOG', oneOf('debug', 'info', 'warn', 'error')) ?? 'info',
    audit: read('CARDEA_AUDIT', oneOf('buffered', 'strict')) ?? 'buffered',
    auditDays: read('CARDEA_AUDIT_DAYS', days),
    eventDays: read('CARDEA_EVENT_DAYS', days) ?? 30,
    dataFolder: read('CARDEA_DATA', word) ?? './.cardea',
  }
  for (const name of Object.keys(env)) {
    if (!name.startsWith(prefix) || used.has(name)) continue
    const known = [...used].filter((one) => one.startsWith(prefix)).map((one) => one.slice(prefix.length))
    const meant = closest(name.slice(prefix.length), known)
    problems.push(`${name}: is not a setting${meant ? ` (did you mean ${prefix}${meant}?)` : ''}`)
  }
  if (settings.development && !loopback.has(settings.host))
    problems.push(`CARDEA_DEV: is for loopback only, and HOST is ${settings.host}`)
  if (
    settings.databaseUrl &&
    /^postgres(ql)?:/.test(settings.databaseUrl) &&
    !settings.key &&
    !problems.some((one) => one.startsWith('CARDEA_KEY'))
  )
    problems.push('CARDEA_KEY: is missing; with DATABASE_URL=postgres://… the key cannot lie beside the database')
  return problems.length > 0 ? { problems } : { settings }
}

/** Why a text is no value. */
interface Problem {
  readonly problem: string
}

const wrong = (problem: string): Problem => ({ problem })

function isProblem(value: unknown): value is Problem {
  return typeof value === 'object' && value !== null && 'problem' in value
}

const word = (text: string) => text

function port(text: string): number | Problem {
  const value = Number(text)
  return /^\d{1,5}$/.test(text) && value <= 65_535 ? value : wrong('must be a port number, 0 to 65535')
}

function days(text: string): number | Problem {
  return /^[1-9]\d{0,4}$/.test(text) ? Number(text) : wrong('must be a number of days, 1 to 99999')
}

function flag(text: string): boolean | Problem {
  if (['1', 'true'].includes(text)) return true
  return ['0', 'false'].includes(text) ? false : wrong('must be 1 or 0')
}

function publicUrl(text: string): string | Problem {
  const url = URL.parse(text)
  const local = url?.hostname === 'localhost' || url?.hostname.endsWith('.localhost')
  if (!url || !(url.protocol === 'https:' || (url.protocol === 'http:' && local)))
    return wrong('must be https://…, or http://localhost')
  if (url.pathname !== '/' || url.search || url.hash || url.username) return wrong('must be an origin without a path')
  return url.origin
}

function database(text: string): string | Problem {
  if (!/^[a-z]+:\/\//.test(text)) return text
  return /^(postgres(ql)?|file):\/\//.test(text) ? text : wrong('must be postgres://… or the path of a SQLite file')
}

function key(text: string): Uint8Array | Problem {
  const bytes = /^[0-9a-fA-F]{64}$/.test(text) ? Buffer.from(text, 'hex') : Buffer.from(text, 'base64')
  return bytes.byteLength === 32
    ? new Uint8Array(bytes)
    : wrong('must be 32 random bytes as base64 or hex (openssl rand -base64 32)')
}

function smtp(text: string): string | Problem {
  return /^smtps?:\/\/[^/]+/.test(text) && URL.canParse(text) ? text : wrong('must be smtp://… or smtps://…')
}

function origin(text: string): string | Problem {
  const url = URL.parse(text)
  return url && /^https?:$/.test(url.protocol) && url.origin === text
    ? text
    : wrong(`'${text}' must be an origin such as http://127.0.0.1:39000`)
}

function network(text: string): string | Problem {
  return /^[0-9a-fA-F.:]+(\/\d{1,3})?$/.test(text)
    ? text
    : wrong(`'${text}' must be an IP address or a range such as 10.0.0.0/8`)
}

function listOf(parse: (text: string) => string | Problem) {
  return (text: string): readonly string[] | Problem => {
    const values = text
      .split(/[\s,]+/)
      .filter(Boolean)
      .map(parse)
    return values.find(isProblem) ?? values.filter((value) => typeof value === 'string')
  }
}

function oneOf<const T extends string>(...choices: readonly T[]) {
  return (text: string): T | Problem =>
    choices.find((choice) => choice === text) ?? wrong(`must be one of ${choices.join(', ')}`)
}

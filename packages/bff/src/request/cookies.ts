import { parse, serialize } from 'cookie-es'
import type { Settings } from '../options.ts'

/** Cookies of one request: what came, and what the answer sets. */
export interface CookieJar {
  /** Joins the pieces of a value that was too long for one cookie. */
  readonly read: (name: string) => string | undefined
  /** Names of this client's cookies that start with `prefix`, in the order the browser sent them: oldest first (RFC 6265 §5.4). */
  readonly names: (prefix: string) => string[]
  /** `maxAge` in seconds. */
  readonly set: (name: string, value: string, maxAge: number) => void
  readonly clear: (name: string) => void
  /** `Set-Cookie` values so far. */
  readonly changes: () => string[]
}

/** Browsers drop a cookie above 4096 bytes with its name and attributes, silently. */
const pieceLength = 3800

/** No two clients have one name: a character that is not allowed becomes its code. */
const tag = (clientId: string) =>
  clientId.replace(/[^A-Za-z0-9-]/g, (character) => `_${character.charCodeAt(0).toString(16)}`)

export function cookieJar(settings: Settings, header: string | null): CookieJar {
  const { secure, cookiePath } = settings
  const prefix = secure ? (cookiePath === '/' ? '__Host-' : '__Secure-') : ''
  const full = (name: string) => `${prefix}cardea.${tag(settings.clientId)}.${name}`
  const attributes = { httpOnly: true, sameSite: 'lax', path: cookiePath, secure } as const
  const came = new Map(Object.entries(parse(header ?? '')).map(([name, value]) => [name, value ?? '']))
  const changes = new Map<string, string>()

  const put = (name: string, value: string, maxAge: number) => {
    changes.set(name, serialize(name, value, { ...attributes, maxAge }))
    if (maxAge > 0) came.set(name, value)
    else came.delete(name)
  }
  const pieces = (name: string) => [...came.keys()].filter((each) => each === name || each.startsWith(`${name}.`))

  return {
    read(name) {
      const whole = came.get(full(name))
      if (whole) return whole
      let joined = ''
      for (let index = 0; ; index++) {
        const piece = came.get(`${full(name)}.${index}`)
        if (piece === undefined) return joined || undefined
        joined += piece
      }
    },
    names: (start) => {
      const beginning = full(start)
      const short = [...came.keys()]
        .filter((name) => name.startsWith(beginning))
        .map((name) => `${start}${name.slice(beginning.length)}`.replace(/\.\d+$/, ''))
      return [...new Set(short)]
    },
    set(name, value, maxAge) {
      const before = pieces(full(name))
      const count = Math.ceil(value.length / pieceLength)
      const now =
        count <= 1
          ? [[full(name), value] as const]
          : Array.from(
              { length: count },
              (_, index) =>
                [`${full(name)}.${index}`, value.slice(index * pieceLength, (index + 1) * pieceLength)] as const,
            )
      for (const old of before) if (!now.some(([each]) => each === old)) put(old, '', 0)
      for (const [each, piece] of now) put(each, piece, maxAge)
    },
    clear(name) {
      for (const each of pieces(full(name))) put(each, '', 0)
    },
    changes: () => [...changes.values()],
  }
}

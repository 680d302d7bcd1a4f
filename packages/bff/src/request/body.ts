import type { Problem } from './answer.ts'
import { problem } from './answer.ts'
import type { Exchange } from './exchange.ts'

/** A schema of `@cardea/protocol`. */
interface Schema<T> {
  safeParse(
    value: unknown,
  ):
    | { success: true; data: T }
    | { success: false; error: { issues: readonly { readonly path: readonly PropertyKey[] }[] } }
}

type Read<T> = { readonly value: T } | { readonly status: number; readonly problem: Problem }

/** Passkey answers are the largest thing a browser sends here. */
const maxBytes = 65_536

async function textOf({ request }: Exchange): Promise<string | undefined> {
  if (!request.body) return ''
  const decoder = new TextDecoder()
  let text = ''
  let size = 0
  for await (const piece of request.body) {
    size += piece.byteLength
    if (size > maxBytes) return undefined
    text += decoder.decode(piece, { stream: true })
  }
  return text + decoder.decode()
}

const contentType = ({ request }: Exchange): string =>
  (request.headers.get('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''

export const isForm = (exchange: Exchange): boolean => contentType(exchange) === 'application/x-www-form-urlencoded'

export async function readJson<T>(exchange: Exchange, schema: Schema<T>): Promise<Read<T>> {
  if (contentType(exchange) !== 'application/json')
    return { status: 415, problem: problem('request.content_type', { expected: 'application/json' }) }
  const text = await textOf(exchange)
  if (text === undefined) return { status: 413, problem: problem('request.too_large', { maxBytes }) }
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    return { status: 400, problem: problem('request.malformed_json') }
  }
  const parsed = schema.safeParse(body)
  if (parsed.success) return { value: parsed.data }
  const name = parsed.error.issues[0]?.path.join('.') || 'body'
  return { status: 400, problem: problem('request.invalid_parameter', { name, reason: 'wrong type or length' }) }
}

/** The fields of a form; each at most once (RFC 6749 §3.1). */
export async function readForm(exchange: Exchange): Promise<Read<ReadonlyMap<string, string>>> {
  const text = await textOf(exchange)
  if (text === undefined) return { status: 413, problem: problem('request.too_large', { maxBytes }) }
  const fields = new Map<string, string>()
  for (const [name, value] of new URLSearchParams(text)) {
    if (fields.has(name)) return { status: 400, problem: problem('request.duplicate_parameter', { name }) }
    fields.set(name, value)
  }
  return { value: fields }
}

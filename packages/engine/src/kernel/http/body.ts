import type { z } from 'zod'
import type { Body } from '../route.ts'
import { checkJson, parseParameters, requestErrors } from './values.ts'

const defaultMaxBytes = 64 * 1024

/** What a body gave: its flat members, or the parsed JSON. */
export interface ReadBody {
  readonly form: ReadonlyMap<string, string>
  readonly json: unknown
}

const nothing: ReadBody = { form: new Map(), json: undefined }

/** Reads a body as its route declares it; refuses other types, oversized, malformed and duplicate content. */
export async function readBody(request: Request, body: Body, omitEmpty: boolean): Promise<ReadBody> {
  if (body.type === 'none') return nothing
  const type = mediaType(request.headers.get('content-type'))
  const text = await readText(request, body.maxBytes ?? defaultMaxBytes)
  if (body.type === 'json') {
    if (type !== 'application/json') throw requestErrors('request.content_type', { expected: 'application/json' })
    return { form: nothing.form, json: validate(parseJson(text), body.schema) }
  }
  if (type === 'application/x-www-form-urlencoded') return { form: parseParameters(text, omitEmpty), json: undefined }
  if (body.type === 'either' && type === 'application/json') return { form: flat(parseJson(text)), json: undefined }
  // A POST without any content has no type either; parameters may all be absent.
  if (text === '' && type === '') return nothing
  throw requestErrors('request.content_type', { expected: 'application/x-www-form-urlencoded' })
}

/** Applies a schema; the first problem names its path. */
export function validate<T>(value: unknown, schema: z.ZodType<T>): T {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  const name = issue?.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0]].join('.') : issue?.path.join('.')
  throw requestErrors('request.invalid_parameter', {
    name: name?.slice(0, 64) || 'body',
    reason: issue?.message ?? 'is invalid',
  })
}

function mediaType(header: string | null): string {
  return (header?.split(';', 1)[0] ?? '').trim().toLowerCase()
}

async function readText(request: Request, maxBytes: number): Promise<string> {
  const declared = request.headers.get('content-length')
  if (declared !== null) {
    if (Number(declared) > maxBytes) throw requestErrors('request.too_large', { maxBytes })
    return request.text()
  }
  if (!request.body) return ''
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of request.body) {
    size += chunk.byteLength
    if (size > maxBytes) throw requestErrors('request.too_large', { maxBytes })
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function parseJson(text: string): unknown {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw requestErrors('request.malformed_json')
  }
  checkJson(value)
  return value
}

function flat(value: unknown): ReadonlyMap<string, string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw requestErrors('request.malformed_json')
  const members = new Map<string, string>()
  for (const [name, member] of Object.entries(value)) {
    if (typeof member !== 'string' && typeof member !== 'number' && typeof member !== 'boolean') {
      throw requestErrors('request.invalid_parameter', { name: name.slice(0, 64), reason: 'must be a string' })
    }
    members.set(name, String(member))
  }
  return members
}

import { escapeHtml } from '../../kernel/http/index.ts'
import type { OpenApi } from './document.ts'

type Schema = Readonly<Record<string, unknown>>

/** The members of a schema as a table, those of members that are objects below them, three levels deep. */
export function schemaTable(api: OpenApi, schema: unknown): string {
  const rows = members(api, resolve(api, schema), '', 0)
  if (rows.length === 0) return `<p class="notes">${escapeHtml(typeName(api, schema))}</p>`
  return `<table><thead><tr><th>Member</th><th>Type</th><th>Required</th></tr></thead><tbody>${rows.join('')}</tbody></table>`
}

const deepest = 3

function members(api: OpenApi, schema: Schema, prefix: string, depth: number): string[] {
  const properties = Object.entries((schema.properties ?? {}) as Record<string, unknown>)
  const required = (schema.required ?? []) as readonly string[]
  return properties.flatMap(([name, member]) => {
    const whole = `${prefix}${name}`
    const row = `<tr><td><code>${escapeHtml(whole)}</code></td><td>${escapeHtml(typeName(api, member))}</td><td>${required.includes(name) ? 'yes' : ''}</td></tr>`
    if (depth + 1 >= deepest) return [row]
    const inner = resolve(api, member)
    const items = inner.items ? resolve(api, inner.items) : undefined
    const below = items ? members(api, items, `${whole}[].`, depth + 1) : members(api, inner, `${whole}.`, depth + 1)
    return [row, ...below]
  })
}

function resolve(api: OpenApi, schema: unknown): Schema {
  const { $ref } = schema as { readonly $ref?: string }
  if ($ref === undefined) return schema as Schema
  return (api.components.schemas[$ref.split('/').at(-1) ?? ''] ?? {}) as Schema
}

function typeName(api: OpenApi, given: unknown): string {
  const schema = resolve(api, given)
  if (Array.isArray(schema.enum)) return schema.enum.map((value) => JSON.stringify(value)).join(' | ')
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  const choices = (schema.anyOf ?? schema.oneOf) as readonly unknown[] | undefined
  if (choices) return [...new Set(choices.map((one) => typeName(api, one)))].join(' | ')
  if (schema.type === 'array') return `list of ${typeName(api, schema.items ?? {})}`
  const { format, minLength, maxLength, minimum, maximum } = schema
  const notes = [
    ...(format ? [String(format)] : []),
    ...(maxLength === undefined
      ? []
      : [`${minLength === undefined ? 'at most' : `${String(minLength)} to`} ${String(maxLength)} characters`]),
    ...(maximum === undefined || Number(maximum) > Number.MAX_SAFE_INTEGER - 1
      ? []
      : [`${String(minimum ?? 0)} to ${String(maximum)}`]),
  ]
  return [String(schema.type ?? 'any'), ...notes].join(', ')
}

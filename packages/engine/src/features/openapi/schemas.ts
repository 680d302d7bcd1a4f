import * as protocol from '@cardea/protocol'
import { z } from 'zod'
import type { RouteDescription } from '../../kernel/route.ts'

export type JsonSchema = { readonly [member: string]: unknown }

/** Every schema the routes name, under its own name: those of `@cardea/protocol` keep theirs. */
export interface Schemas {
  readonly components: Readonly<Record<string, JsonSchema>>
  /** `#/components/schemas/Account` for a schema of a route. */
  readonly reference: (schema: z.ZodType) => { readonly $ref: string }
  /** The JSON Schema itself. */
  readonly of: (schema: z.ZodType) => JsonSchema
}

const place = '#/components/schemas/'

export function describeSchemas(routes: readonly RouteDescription[]): Schemas {
  const registry = z.registry<{ id?: string | undefined }>()
  const names = new Map<z.ZodType, string>()
  const add = (schema: z.ZodType | undefined, name: string) => {
    if (!schema || names.has(schema)) return
    names.set(schema, name)
    registry.add(schema, { id: name })
  }
  // Named ones first, so that others refer to them.
  for (const [name, value] of Object.entries(protocol)) {
    if (value instanceof z.ZodType && /^z[A-Z]/.test(name)) add(value, name.slice(1))
  }
  for (const route of routes) {
    const operation = pascal(operationName(route))
    if (route.body.type === 'json') add(route.body.schema, `${operation}Body`)
    add(route.query, `${operation}Query`)
    add(route.response, `${operation}Response`)
  }
  const { schemas } = z.toJSONSchema(registry, {
    io: 'input',
    unrepresentable: 'any',
    uri: (id) => `${place}${id}`,
    override: ({ zodSchema, jsonSchema }) => {
      // Ids are the only values checked by code alone.
      if (zodSchema._zod.def.type === 'custom') jsonSchema.type = 'string'
    },
  })
  const used = new Set<string>()
  const collect = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    for (const [key, member] of Object.entries(value)) {
      if (key === '$ref' && typeof member === 'string') use(member.slice(place.length))
      else collect(member)
    }
  }
  const use = (name: string) => {
    if (used.has(name)) return
    used.add(name)
    collect(schemas[name])
  }
  const nameOf = (schema: z.ZodType) => {
    const name = names.get(schema)
    if (name === undefined) throw new Error('a schema that no route names')
    return name
  }
  for (const route of routes) {
    for (const schema of [
      route.body.type === 'json' ? route.body.schema : undefined,
      route.response,
      protocol.zProblem,
    ])
      if (schema) use(nameOf(schema))
  }
  const clean = (name: string): JsonSchema => {
    const { $id, $schema, ...schema } = schemas[name] ?? {}
    return schema
  }
  return {
    components: Object.fromEntries([...used].sort().map((name) => [name, clean(name)])),
    reference: (schema) => ({ $ref: `${place}${nameOf(schema)}` }),
    of: (schema) => clean(nameOf(schema)),
  }
}

/** `me.listSessions`: the feature and the last step, which answers. */
export function operationName({ feature, steps }: RouteDescription): string {
  return `${feature.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())}.${steps.at(-1)}`
}

function pascal(name: string): string {
  return name.replace(/(?:^|\.)(\w)/g, (_, letter: string) => letter.toUpperCase())
}

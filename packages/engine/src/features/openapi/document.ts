import { zProblem } from '@cardea/protocol'
import type { Engine } from '../../domain/engine.ts'
import type { RouteDescription } from '../../kernel/route.ts'
import type { JsonSchema, Schemas } from './schemas.ts'
import { describeSchemas, operationName } from './schemas.ts'

export interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query'
  readonly required: boolean
  readonly schema: unknown
}

interface Content {
  readonly [type: string]: { readonly schema: unknown }
}

export interface Operation {
  readonly operationId: string
  readonly summary: string
  readonly tags: readonly string[]
  readonly security: readonly { readonly [scheme: string]: readonly string[] }[]
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: { readonly required: true; readonly content: Content }
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: Content }>>
}

/** OpenAPI 3.1, as far as it is written here. */
export interface OpenApi {
  readonly openapi: '3.1.0'
  readonly info: { readonly title: string; readonly version: string; readonly description: string }
  readonly servers: readonly { readonly url: string }[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, JsonSchema>>; readonly securitySchemes: unknown }
}

/** The document of every JSON API, out of the routes' own declarations. */
export function describeApi(engine: Engine): OpenApi {
  const routes = engine.routes().filter(({ surface, access }) => surface === 'problem' && access.type === 'token')
  const schemas = describeSchemas(routes)
  const paths: Record<string, Record<string, Operation>> = {}
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route, schemas) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Cardea API',
      version: '1',
      description: 'Administration of an organization, and what people do with their own account.',
    },
    servers: [{ url: engine.publicUrl }],
    paths,
    components: { schemas: schemas.components, securitySchemes: { cardea: oauth(engine) } },
  }
}

function operation(route: RouteDescription, schemas: Schemas): Operation {
  const { summary, access, body, query, response, status = 200, path } = route
  const parameters = [...pathParameters(path), ...(query ? queryParameters(schemas.of(query)) : [])]
  const success = {
    description: status === 204 ? 'Done' : 'Success',
    ...(response ? { content: { 'application/json': { schema: schemas.reference(response) } } } : {}),
  }
  const problem = {
    description: 'Refused (RFC 9457); `code` says why',
    content: { 'application/problem+json': { schema: schemas.reference(zProblem) } },
  }
  return {
    operationId: operationName(route),
    summary,
    tags: [path.split('/')[3] ?? 'api'],
    security: access.type === 'token' ? access.scopes.map((scope) => ({ cardea: [scope] })) : [],
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(body.type === 'json'
      ? { requestBody: { required: true, content: { 'application/json': { schema: schemas.reference(body.schema) } } } }
      : {}),
    responses: {
      [status]: success,
      429: { ...problem, description: 'Too many calls; `Retry-After` says for how many seconds to wait' },
      default: problem,
    },
  }
}

function pathParameters(path: string): Parameter[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }))
}

function queryParameters(schema: JsonSchema): Parameter[] {
  const properties = Object.entries((schema.properties ?? {}) as Record<string, unknown>)
  const required = (schema.required ?? []) as readonly string[]
  return properties.map(([name, member]) => ({ name, in: 'query', required: required.includes(name), schema: member }))
}

function oauth({ publicUrl, resources }: Engine) {
  const scopes = Object.fromEntries(resources.own.scopes.map(({ name, description }) => [name, description]))
  const tokenUrl = `${publicUrl}/oauth2/token`
  return {
    type: 'oauth2',
    description: `Access tokens for the resource ${resources.own.identifier}`,
    flows: {
      clientCredentials: { tokenUrl, scopes },
      authorizationCode: { authorizationUrl: `${publicUrl}/oauth2/authorize`, tokenUrl, refreshUrl: tokenUrl, scopes },
    },
  }
}

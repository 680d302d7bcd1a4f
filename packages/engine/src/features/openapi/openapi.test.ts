import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { TestEngine } from '../../testing.ts'
import { testEngine } from '../../testing.ts'

let engine: TestEngine
beforeAll(async () => {
  engine = await testEngine()
})
afterAll(() => engine.close())

const document = async () => JSON.parse(await (await engine.fetch('/openapi.json')).text())

describe('the API document', () => {
  test('describes every route of the JSON APIs, and nothing else', async () => {
    const { openapi, paths, servers } = await document()
    expect(openapi).toBe('3.1.0')
    expect(servers).toEqual([{ url: engine.publicUrl }])
    const described = Object.entries(paths as Record<string, object>).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    )
    const routes = engine
      .describe()
      .filter((route) => route.access.type === 'token' && route.surface === 'problem')
      .map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`)
    expect(described.sort()).toEqual(routes.sort())
  })

  test('says for each operation what it takes, gives, and needs', async () => {
    const { paths, components } = await document()
    const create = paths['/api/v1/accounts'].post
    expect(create).toMatchObject({
      operationId: 'admin.createAccount',
      security: [{ cardea: ['accounts:write'] }],
      requestBody: { content: { 'application/json': { schema: { $ref: '#/components/schemas/AccountCreate' } } } },
      responses: {
        201: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Account' } } } },
        default: { content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } } },
      },
    })
    expect(components.schemas.AccountCreate).toMatchObject({
      type: 'object',
      required: ['username'],
      additionalProperties: false,
    })
    const list = paths['/api/v1/accounts'].get
    expect(list.parameters.map((one: { name: string; in: string }) => `${one.in} ${one.name}`)).toEqual([
      'query limit',
      'query after',
      'query search',
    ])
    expect(paths['/api/v1/accounts/{accountId}'].get.parameters).toEqual([
      { name: 'accountId', in: 'path', required: true, schema: { type: 'string' } },
    ])
  })

  test('names each operation once, and every reference leads somewhere', async () => {
    const whole = await document()
    const operations = Object.values(whole.paths as Record<string, Record<string, { operationId: string }>>).flatMap(
      (one) => Object.values(one),
    )
    const ids = operations.map((one) => one.operationId)
    expect(new Set(ids).size).toBe(ids.length)
    const references = [...JSON.stringify(whole).matchAll(/"\$ref":"([^"]+)"/g)].map(([, reference = '']) => reference)
    expect(references.length).toBeGreaterThan(50)
    for (const reference of references) {
      expect(reference).toMatch(/^#\/components\/schemas\/\w+$/)
      expect(whole.components.schemas).toHaveProperty([reference.split('/').at(-1) ?? ''])
    }
  })

  test('lists the scopes with their meaning', async () => {
    const { components } = await document()
    const { flows } = components.securitySchemes.cardea
    expect(flows.clientCredentials.scopes['audit:read']).toBe('Read the audit trail')
  })
})

describe('the API page', () => {
  test('shows every operation of the document, from one answer without assets', async () => {
    const answer = await engine.fetch('/openapi')
    expect(answer.headers.get('content-type')).toContain('text/html')
    const page = await answer.text()
    for (const path of Object.keys((await document()).paths)) expect(page).toContain(path)
    expect(page).not.toMatch(/<link|<img|src=|https?:\/\/(?!localhost)/)
  })

  test('runs no script but its own', async () => {
    const answer = await engine.fetch('/openapi')
    const nonce = /script-src 'nonce-([^']+)'/.exec(answer.headers.get('content-security-policy') ?? '')?.[1]
    const scripts = [...(await answer.text()).matchAll(/<script([^>]*)>/g)].map(([, attributes]) => attributes)
    expect(scripts).toEqual([` nonce="${nonce}"`])
  })
})

import { readdirSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { TestEngine } from '../../testing.ts'
import { testEngine } from '../../testing.ts'
import { config, nativeApp } from './sign-in.fixture.ts'

/** What a wire-compatible client sends and gets, request by request (wso2-contracts §1.2–1.5). */
interface Transcript {
  readonly title: string
  readonly client: string
  readonly exchanges: readonly {
    readonly request: 'start' | { readonly authenticatorId: string; readonly params?: Record<string, string> }
    readonly status: number
    readonly body: unknown
  }[]
}

const folder = new URL('./transcripts/', import.meta.url)
const transcripts = readdirSync(folder).map(
  (name): Transcript => JSON.parse(readFileSync(new URL(name, folder), 'utf8')),
)

let cardea: TestEngine
beforeAll(async () => {
  cardea = await testEngine({ config })
})
afterAll(() => cardea.close())

/** `<text>` and `<any>` stand for what differs from run to run; everything else is exact, down to absent members. */
function pattern(expected: unknown): unknown {
  if (expected === '<text>') return expect.any(String)
  if (expected === '<any>') return expect.anything()
  if (Array.isArray(expected)) return expected.map(pattern)
  if (typeof expected !== 'object' || expected === null) return expected
  return Object.fromEntries(Object.entries(expected).map(([name, value]) => [name, pattern(value)]))
}

describe.each(transcripts)('$title', ({ client, exchanges }) => {
  test('is answered with exactly these bodies', async () => {
    const app = nativeApp(cardea, client)
    let flowId = ''
    for (const { request, status, body } of exchanges) {
      const answer =
        request === 'start' ? await app.start() : await app.answer(flowId, request.authenticatorId, request.params)
      expect(answer.body).toStrictEqual(pattern(body))
      expect(answer.status).toBe(status)
      flowId = answer.body.flowId ?? flowId
    }
  })
})

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { TestEngine } from '../../testing.ts'
import { testEngine } from '../../testing.ts'

let engine: TestEngine
beforeAll(async () => {
  engine = await testEngine()
})
afterAll(() => engine.close())

const scrape = async () => (await engine.fetch('/metrics', { address: '10.1.2.3' })).text()

describe('health', () => {
  test('the process is alive and ready', async () => {
    for (const path of ['/healthz', '/readyz']) {
      const answer = await engine.fetch(path)
      expect([answer.status, await answer.text()]).toEqual([200, '{"status":"ok"}'])
    }
  })

  test('it is not ready without its database, and still alive', async () => {
    const lost = await testEngine()
    await lost.engine.store.close()
    expect((await lost.fetch('/readyz')).status).toBe(503)
    expect((await lost.fetch('/healthz')).status).toBe(200)
    await lost.close()
  })
})

describe('metrics', () => {
  test('count requests by route, never by what a caller made up', async () => {
    for (const path of ['/healthz', '/healthz', '/api/v1/accounts/usr_1', '/api/v1/accounts/usr_2', '/no/such/place'])
      await engine.fetch(path)
    const text = await scrape()
    expect(text).toMatch(/^cardea_http_requests_total\{route="\/healthz",method="GET",status="200"\} \d+$/m)
    expect(text).toContain(
      'cardea_http_requests_total{route="/api/v1/accounts/:accountId",method="GET",status="401"} 2',
    )
    expect(text).not.toMatch(/usr_1|no\/such\/place/)
  })

  test('are Prometheus text: help, type, and buckets that only grow', async () => {
    await engine.fetch('/healthz')
    const answer = await engine.fetch('/metrics', { address: '127.0.0.1' })
    expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
    const lines = (await answer.text()).trimEnd().split('\n')
    for (const line of lines) expect(line).toMatch(/^(# (HELP|TYPE) \w+ .+|\w+(\{[^}]*\})? [\d.e+-]+)$/)
    const buckets = lines.filter((line) =>
      line.startsWith('cardea_http_request_duration_seconds_bucket{route="/healthz",method="GET",status="200"'),
    )
    const counts = buckets.map((line) => Number(line.split(' ').at(-1)))
    expect(counts.length).toBeGreaterThan(1)
    expect(counts).toEqual(counts.toSorted((a, b) => a - b))
    expect(buckets.at(-1)).toContain('le="+Inf"')
  })

  test('show the store and what waits', async () => {
    const text = await scrape()
    expect(text).toMatch(/^cardea_store_transactions_total [1-9]\d*$/m)
    expect(text).toContain('# TYPE cardea_events_waiting gauge')
  })

  describe('are for nobody whose address a proxy hides', () => {
    const at = async (engine: TestEngine, headers: Record<string, string>, forwarded = false) =>
      (await engine.fetch('/metrics', { address: '10.0.0.2', forwarded, headers })).status

    test.each([
      ['x-forwarded-for', '203.0.113.9'],
      ['x-forwarded-for', '10.1.2.3'],
      ['x-forwarded-proto', 'https'],
      ['forwarded', 'for=203.0.113.9'],
      ['x-real-ip', '203.0.113.9'],
      ['via', '1.1 proxy'],
      ['cf-connecting-ip', '203.0.113.9'],
    ])('T-RED-07 one that is not trusted and says %s', async (name, value) => {
      expect(await at(engine, { [name]: value })).toBe(404)
    })

    test('one that says nothing, but comes by the public name, whose TLS ends at it', async () => {
      const behind = await testEngine({ publicUrl: 'https://id.example' })
      expect(await at(behind, { host: 'id.example' })).toBe(404)
      expect(await at(behind, { host: 'ID.example:443' })).toBe(404)
      expect(await at(behind, { host: '10.0.0.5:3000' })).toBe(200)
      await behind.close()
    })

    test('but one that is trusted has said where they come from', async () => {
      expect(await at(engine, { 'x-forwarded-for': '10.0.0.2' }, true)).toBe(200)
    })
  })

  test('are not for callers from a public address', async () => {
    expect((await engine.fetch('/metrics', { address: '203.0.113.9' })).status).toBe(404)
  })
})

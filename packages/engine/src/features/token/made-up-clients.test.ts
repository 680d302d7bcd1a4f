import { afterAll, describe, expect, test } from 'vitest'
import { jsonOf, oauthEngine } from './oauth.fixture.ts'

const base64url = (text: string) => Buffer.from(text).toString('base64url')

describe.each(['sqlite', 'postgres'] as const)('T-DOS-01 a client that nobody can be, on %s', async (store) => {
  const t = await oauthEngine({ store })
  afterAll(t.close)
  const send = async (path: string, form: Record<string, string>, headers: Record<string, string> = {}) => {
    const answer = await t.fetch(path, { method: 'POST', headers, body: new URLSearchParams(form) })
    return { status: answer.status, challenge: answer.headers.get('www-authenticate'), body: await jsonOf(answer) }
  }
  const refused = { status: 401, challenge: expect.stringMatching(/^Basic /), body: { error: 'invalid_client' } }
  const grant = { grant_type: 'client_credentials' }

  test.each([
    ['an encoded NUL', 'a%00b'],
    ['a NUL', 'a\0b'],
    ['a NUL in the secret', 'service', 'x\0y'],
    ['half a character', 'a\xed\xa0\x80b'],
    ['nothing', ''],
    ['a name that is too long', 'a'.repeat(20_000)],
  ])('by Basic with %s is not authenticated (RFC 6749 §5.2)', async (_, clientId, password = 'x') => {
    const authorization = `Basic ${btoa(`${clientId}:${password}`)}`
    for (const path of ['/oauth2/token', '/oauth2/introspect', '/oauth2/revoke']) {
      expect(await send(path, { ...grant, token: 'x' }, { authorization })).toMatchObject(refused)
    }
    const direct = await send('/oauth2/authorize', { response_mode: 'direct' }, { authorization })
    expect(direct.status).toBe(401)
  })

  test.each(['"a\\u0000b"', '"\\ud800"', '5', 'true', 'null', '[1]', '{"a":1}'])(
    'by an assertion about %s is not authenticated',
    async (sub) => {
      const client_assertion = [base64url('{"alg":"ES256"}'), base64url(`{"sub":${sub}}`), base64url('x')].join('.')
      const client_assertion_type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
      expect(await send('/oauth2/token', { ...grant, client_assertion_type, client_assertion })).toMatchObject(refused)
    },
  )
})

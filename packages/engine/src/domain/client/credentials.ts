import type { Call } from '../../kernel/http/index.ts'
import { clientErrors } from './errors.ts'

/** What a call brought to prove which client it is. */
export type Credentials =
  | { readonly method: 'none'; readonly clientId: string }
  | {
      readonly method: 'client_secret_basic' | 'client_secret_post'
      readonly clientId: string
      readonly secret: string
    }
  | { readonly method: 'private_key_jwt'; readonly clientId: string | undefined; readonly assertion: string }

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

const challenge = { 'www-authenticate': 'Basic realm="Cardea", charset="UTF-8"' }

/** RFC 6749 §5.2: 401 with the scheme the client may use. The same for every reason. */
export function authenticationFailed() {
  return clientErrors('client.authentication_failed', {}, challenge)
}

/** Whether a call carries client authentication at all. */
export function presentsCredentials(call: Pick<Call, 'headers' | 'form'>): boolean {
  return basic(call.headers) !== undefined || call.form.has('client_secret') || call.form.has('client_assertion')
}

/** Reads the one way a call authenticates its client; more than one is an error (RFC 6749 §2.3). */
export function readCredentials(call: Pick<Call, 'headers' | 'form' | 'query'>): Credentials {
  for (const name of ['client_secret', 'client_assertion']) {
    // RFC 6749 §2.3.1: never in the request URI, where logs keep it.
    if (call.query.has(name))
      throw clientErrors('request.invalid_parameter', { name, reason: 'must not be in the query' })
  }
  const header = basic(call.headers)
  const clientId = call.form.get('client_id')
  const secret = call.form.get('client_secret')
  const assertion = call.form.get('client_assertion')
  const ways = [header, secret, assertion].filter((way) => way !== undefined).length
  if (ways > 1) {
    throw clientErrors('request.invalid_parameter', {
      name: 'client_secret',
      reason: 'must be the only way the client authenticates',
    })
  }
  if (header !== undefined) {
    const read = decodeBasic(header)
    if (clientId !== undefined && clientId !== read.clientId) throw authenticationFailed()
    return read
  }
  if (assertion !== undefined) {
    if (call.form.get('client_assertion_type') !== assertionType) {
      throw clientErrors('request.invalid_parameter', {
        name: 'client_assertion_type',
        reason: `must be ${assertionType}`,
      })
    }
    return { method: 'private_key_jwt', clientId, assertion }
  }
  if (clientId === undefined) throw clientErrors('request.missing_parameter', { name: 'client_id' })
  return secret === undefined ? { method: 'none', clientId } : { method: 'client_secret_post', clientId, secret }
}

function basic(headers: Headers): string | undefined {
  const match = /^basic +([A-Za-z0-9+/_=-]+) *$/i.exec(headers.get('authorization') ?? '')
  return match?.[1]
}

/** RFC 6749 §2.3.1: id and secret are each form-urlencoded before they are joined. */
function decodeBasic(encoded: string): Credentials {
  const text = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  if (colon < 0) throw authenticationFailed()
  try {
    const decode = (part: string) => decodeURIComponent(part.replaceAll('+', ' '))
    return {
      method: 'client_secret_basic',
      clientId: decode(text.slice(0, colon)),
      secret: decode(text.slice(colon + 1)),
    }
  } catch {
    throw authenticationFailed()
  }
}

import type { Scenario } from './scenario.ts'
import { basic, encode } from './scenario.ts'

/** One machine token: client_secret_basic, an ES256 JWT. */
export const clientCredentials: Scenario = async (target) => {
  const headers = basic(target)
  const body = encode({ grant_type: 'client_credentials', scope: 'read', resource: target.resource })
  return (send) =>
    send({
      method: 'POST',
      path: target.paths.token,
      headers,
      body,
      done: (status, text) => status === 200 && text.includes('"access_token":"ey'),
    })
}

import type { Scenario } from './scenario.ts'
import { basic, encode } from './scenario.ts'

/** Looks at a live access token of the asking client. */
export const introspection: Scenario = async (target) => {
  const headers = basic(target)
  const response = await fetch(target.origin + target.paths.token, {
    method: 'POST',
    headers,
    body: encode({ grant_type: 'client_credentials', scope: 'read', resource: target.introspectedResource }),
  })
  const { access_token: token } = (await response.json()) as { access_token: string }
  const body = encode({ token })
  return (send) =>
    send({
      method: 'POST',
      path: target.paths.introspection,
      headers,
      body,
      done: (status, text) => status === 200 && text.includes('"active":true'),
    })
}

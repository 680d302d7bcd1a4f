import { administrator, secretOf } from './configuration.ts'

/** The administrator's own token, with everything the Admin API has. */
export async function administratorToken(origin: string): Promise<string> {
  const { clientId, scopes } = administrator
  const response = await fetch(`${origin}/oauth2/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${clientId}:${secretOf(clientId)}`)}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope: scopes.join(' ') }),
  })
  const { access_token } = await response.json()
  if (typeof access_token !== 'string') throw new Error(`no token for the administrator: ${response.status}`)
  return access_token
}

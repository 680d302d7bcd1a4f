import { zClientId } from '@cardea/protocol'
import type { Call } from '../../kernel/http/index.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { claimedClient, verifyAssertion } from './assertion.ts'
import type { Client } from './client.ts'
import type { Credentials } from './credentials.ts'
import { authenticationFailed, readCredentials } from './credentials.ts'
import type { AuthenticatedClient } from './index.ts'
import type { ClientKeys } from './jwks.ts'
import { matchesSecret } from './secret.ts'
import { consumeAssertion } from './store.ts'

/** RFC 6749 §2.3: the client proves who it is by the method it is registered with, and by no other. */
export async function authenticate(
  kernel: Kernel,
  keys: ClientKeys,
  find: (clientId: string) => Promise<Client | undefined>,
  call: Call,
): Promise<AuthenticatedClient> {
  const credentials = readCredentials(call)
  const clientId =
    credentials.method === 'private_key_jwt' ? claimedClient(credentials.assertion) : credentials.clientId
  // Out of a header or a JWT it has been through no check of ours: what no app can be called is not looked up.
  const named = zClientId.safeParse(clientId)
  const client = named.success ? await find(named.data) : undefined
  if (credentials.method === 'private_key_jwt' && credentials.clientId !== undefined) {
    if (credentials.clientId !== clientId) throw authenticationFailed()
  }
  const proven = await proves(kernel, keys, credentials, client)
  if (!client || client.authMethod !== credentials.method || !proven) throw authenticationFailed()
  return { client, method: credentials.method }
}

async function proves(kernel: Kernel, keys: ClientKeys, credentials: Credentials, client: Client | undefined) {
  switch (credentials.method) {
    case 'none':
      return client?.authMethod === 'none'
    case 'client_secret_basic':
    case 'client_secret_post':
      return matchesSecret(client?.secretHashes ?? [], credentials.secret)
    case 'private_key_jwt': {
      if (client?.authMethod !== 'private_key_jwt') return false
      const used = await verifyAssertion(kernel, keys, client, credentials.assertion)
      if (!used) return false
      return kernel.store.unit((unit) => consumeAssertion(unit, client, used.jtiHash, used.expiresAt))
    }
  }
}

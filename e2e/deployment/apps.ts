import { join } from 'node:path'
import type { Addresses } from './addresses.ts'
import { secretOf } from './configuration.ts'
import type { Running } from './process.ts'
import { startProcess } from './process.ts'

const outputs = join(import.meta.dirname, '../../apps/examples/vue/.output')

/** Starts one of the built demo apps with its backend-for-frontend, as `npm start` does. */
export function startApp(clientId: 'calendar' | 'mail', addresses: Addresses, folder: string): Promise<Running> {
  const own = addresses[clientId]
  return startProcess(join(outputs, clientId, 'server/index.mjs'), own, {
    PORT: new URL(own).port,
    HOST: '127.0.0.1',
    CARDEA_ISSUER: addresses.server,
    CARDEA_CLIENT_ID: clientId,
    CARDEA_CLIENT_SECRET: secretOf(clientId),
    CARDEA_SECRET: `seals the cookies of ${clientId} in these tests only`,
    CARDEA_APP_URL: own,
    OTHER_APP: clientId === 'calendar' ? addresses.mail : addresses.calendar,
    SESSIONS_FILE: join(folder, `${clientId}.sqlite`),
  })
}

import type { JWK } from 'jose'
import { exportJWK, generateKeyPair } from 'jose'
import type { TestProject } from 'vitest/node'
import { addressesFrom } from './addresses.ts'
import { configuration } from './configuration.ts'
import { interopApps } from './interop-apps.ts'
import { startServer } from './server.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    origin: string
    /** Private keys of the apps that sign their assertions. */
    keys: { ES256: JWK; RS256: JWK }
  }
}

const people = { plain: 150, enrolled: 10 }

async function keyPair(alg: 'ES256' | 'RS256'): Promise<{ privateJwk: JWK; publicJwk: JWK }> {
  const pair = await generateKeyPair(alg, { extractable: true })
  const [privateJwk, publicJwk] = await Promise.all([exportJWK(pair.privateKey), exportJWK(pair.publicKey)])
  return { privateJwk: { ...privateJwk, alg }, publicJwk: { ...publicJwk, alg, use: 'sig', kid: alg } }
}

/** One server for every file of the run. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const addresses = addressesFrom(29_820)
  const [ES256, RS256] = await Promise.all([keyPair('ES256'), keyPair('RS256')])
  const server = await startServer({
    port: Number(new URL(addresses.server).port),
    configuration: configuration(addresses, people, interopApps([ES256.publicJwk, RS256.publicJwk])),
    outbound: [addresses.calendar, addresses.mail],
    environment: { CARDEA_TRUSTED_PROXIES: '127.0.0.1' },
  })
  project.provide('origin', server.origin)
  project.provide('keys', { ES256: ES256.privateJwk, RS256: RS256.privateJwk })
  return async () => {
    await server.stop()
  }
}

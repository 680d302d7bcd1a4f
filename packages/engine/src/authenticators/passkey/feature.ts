import { nativeAuthenticators } from '@cardea/protocol'
import type { Engine } from '../../domain/engine.ts'
import type { Authenticator } from '../../domain/flow/index.ts'
import { authenticators } from '../../domain/flow/index.ts'
import { defineFeature } from '../../kernel/feature.ts'
import { contribute } from '../../kernel/slot.ts'
import { finishEnrolment, startEnrolment } from './enrol.ts'
import { routes } from './routes.ts'
import { startAssertion, verifyAssertion } from './verify.ts'

/** Passkeys (WebAuthn), user-verified: one proof counts as two factors. */
const passkey: Authenticator = {
  id: 'passkey',
  wire: {
    name: nativeAuthenticators.passkey.wire,
    displayName: 'Passkey',
    i18nKey: nativeAuthenticators.passkey.i18nKey,
  },
  proves: 'possession',
  multiFactor: true,
  withoutSubject: true,
  starts: true,
  waits: true,
  enrolled: async (engine, account, factors) =>
    (factors ?? (await engine.factors.of(account.org, account.id))).some((one) => one.authenticator === 'passkey'),
  prompt: startAssertion,
  verify: verifyAssertion,
  enrol: { prompt: startEnrolment, verify: finishEnrolment },
  list: (engine, org, account) => engine.factors.of(org, account, 'passkey'),
  remove: (engine, unit, org, account, id) => engine.factors.remove(unit, org, account, 'passkey', id),
  rename: async (engine, org, account, id, name) => {
    const own = await engine.factors.of(org, account, 'passkey')
    if (!own.some((factor) => factor.id === id)) return false
    return engine.store.unit((unit) => engine.factors.rename(unit, org, id, name))
  },
}

export const passkeyFeature = defineFeature<Engine>({
  id: 'passkey',
  routes,
  contributes: [contribute(authenticators, { passkey })],
})

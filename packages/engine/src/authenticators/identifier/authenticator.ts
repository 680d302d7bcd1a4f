import { nativeAuthenticators } from '@cardea/protocol'
import type { Authenticator } from '../../domain/flow/index.ts'
import { identifierErrors } from './errors.ts'

const { wire, i18nKey } = nativeAuthenticators.identifier

const field = { param: 'username', i18nKey: 'username.param', displayName: 'Username', confidential: false }

/** Longer than any username or e-mail address can be. */
const longest = 320

export const identifier: Authenticator = {
  id: 'identifier',
  wire: { name: wire, displayName: 'Identifier First', i18nKey },
  proves: 'identity',
  withoutSubject: true,
  starts: false,
  enrolled: async () => true,
  prompt: async () => ({ prompt: { type: 'fields', fields: [field] }, state: null }),

  async verify({ engine, org }, { username = '' }) {
    if (username.trim() === '') {
      return { type: 'rejected', failure: identifierErrors('credential.missing', { name: 'username' }) }
    }
    const subject = await engine.accounts.identify(org, username.slice(0, longest))
    return { type: 'proven', amr: [], subject }
  },

  list: async () => [],
  remove: async () => false,
}

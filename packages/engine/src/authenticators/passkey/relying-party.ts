import type { AccountId } from '@cardea/protocol'
import { isId } from '@cardea/protocol'
import type { Ceremony } from '../../domain/flow/index.ts'

/** The RP ID: one for the whole deployment, so that a passkey works in every app that related origins admit. */
export function relyingPartyId(ceremony: Ceremony): string {
  return ceremony.engine.passkeyRpId
}

/** Where an answer may come from: the hosted pages, and the app's own registered origins. */
export function expectedOrigins(ceremony: Ceremony): string[] {
  return [ceremony.engine.publicUrl, ...ceremony.origins]
}

/** WebAuthn §5.4.3: the user handle is the account's id and says nothing else about the person. */
export function userHandle(account: AccountId): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new TextEncoder().encode(account))
}

export function accountOfHandle(handle: string | undefined): AccountId | undefined {
  const id = handle && Buffer.from(handle, 'base64url').toString('utf8')
  return isId('account', id) ? id : undefined
}

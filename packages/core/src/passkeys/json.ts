/** WebAuthn objects and their JSON form (WebAuthn Level 3 §5.1.8–5.1.10), for browsers that do not convert themselves. */

const alphabet = { '-': '+', _: '/' } as const

export const fromBase64Url = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(
    atob(text.replace(/[-_]/g, (sign) => (sign === '-' ? alphabet['-'] : alphabet._))),
    (character) => character.codePointAt(0) ?? 0,
  )

const toBase64Url = (bytes: ArrayBuffer): string =>
  btoa(String.fromCodePoint(...new Uint8Array(bytes)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '')

const descriptors = (list: PublicKeyCredentialDescriptorJSON[] | undefined): PublicKeyCredentialDescriptor[] =>
  (list ?? []).map(({ id, transports }) => ({
    id: fromBase64Url(id),
    type: 'public-key',
    // The wire's strings are open; the browser ignores those it does not know.
    ...(transports && { transports: transports as AuthenticatorTransport[] }),
  }))

export function parseRequest(json: PublicKeyCredentialRequestOptionsJSON): PublicKeyCredentialRequestOptions {
  if (typeof PublicKeyCredential.parseRequestOptionsFromJSON === 'function') {
    return PublicKeyCredential.parseRequestOptionsFromJSON(json)
  }
  const { challenge, allowCredentials, extensions: _, userVerification, ...rest } = json
  return {
    ...rest,
    challenge: fromBase64Url(challenge),
    allowCredentials: descriptors(allowCredentials),
    ...(userVerification && { userVerification: userVerification as UserVerificationRequirement }),
  }
}

export function parseCreation(json: PublicKeyCredentialCreationOptionsJSON): PublicKeyCredentialCreationOptions {
  if (typeof PublicKeyCredential.parseCreationOptionsFromJSON === 'function') {
    return PublicKeyCredential.parseCreationOptionsFromJSON(json)
  }
  const { rp, user, challenge, pubKeyCredParams, timeout, excludeCredentials, authenticatorSelection } = json
  return {
    rp,
    user: { ...user, id: fromBase64Url(user.id) },
    challenge: fromBase64Url(challenge),
    pubKeyCredParams: pubKeyCredParams.map(({ alg }) => ({ alg, type: 'public-key' })),
    excludeCredentials: descriptors(excludeCredentials),
    ...(timeout !== undefined && { timeout }),
    ...(authenticatorSelection && { authenticatorSelection }),
  }
}

const optional = (bytes: ArrayBuffer | null): string | undefined => (bytes ? toBase64Url(bytes) : undefined)

const responseJson = (response: AuthenticatorResponse): Record<string, unknown> => {
  const clientDataJSON = toBase64Url(response.clientDataJSON)
  if (response instanceof AuthenticatorAttestationResponse) {
    return {
      clientDataJSON,
      attestationObject: toBase64Url(response.attestationObject),
      transports: response.getTransports?.() ?? [],
    }
  }
  if (!(response instanceof AuthenticatorAssertionResponse)) return { clientDataJSON }
  return {
    clientDataJSON,
    authenticatorData: toBase64Url(response.authenticatorData),
    signature: toBase64Url(response.signature),
    userHandle: optional(response.userHandle),
  }
}

/** A credential as JSON. Some password managers put `toJSON` in place and let it throw. */
export function credentialJson(credential: PublicKeyCredential): unknown {
  try {
    if (typeof credential.toJSON === 'function') return credential.toJSON()
  } catch {}
  return {
    id: credential.id,
    rawId: toBase64Url(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment ?? undefined,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: responseJson(credential.response),
  }
}

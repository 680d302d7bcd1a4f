import type { AuthorizationRequest } from '../../domain/authorization/index.ts'
import { authorizationChecks, requestedResources, requestedScope, words } from '../../domain/authorization/index.ts'
import type { Client } from '../../domain/client/index.ts'
import type { Engine } from '../../domain/engine.ts'
import type { Call } from '../../kernel/http/index.ts'
import type { Destination } from './answer.ts'
import { parseClaims } from './claims.ts'
import type { Parameters } from './client.ts'
import { authorizeErrors } from './errors.ts'

/** Everything the request says, checked; the flow keeps it and its ending acts on it. */
export async function parseRequest(
  given: { call: Call; client: Client; params: Parameters; destination: Destination },
  engine: Engine,
): Promise<{ request: AuthorizationRequest }> {
  const { call, client, params, destination } = given
  refuseUnsupported(params)
  checkResponse(params, client, destination)
  const claims = parseClaims(params.get('claims'))
  const request: AuthorizationRequest = {
    clientId: client.clientId,
    ...destination,
    responseType: 'code',
    scope: await requestedScope(engine, client, words(params.get('scope'))),
    nonce: limited(params, 'nonce', 1024),
    codeChallenge: codeChallenge(params, client),
    prompt: parsePrompt(params.get('prompt')),
    maxAge: parseMaxAge(params.get('max_age')),
    acrValues: [...words(limited(params, 'acr_values', 1024)), ...claims.acrValues],
    loginHint: limited(params, 'login_hint', 320),
    hintedSubject: await hintedSubject(params, claims.subject, engine),
    claims: claims.request,
    resource: await requestedResources(engine, client, words(params.get('resource'))),
    uiLocales: words(limited(params, 'ui_locales', 256)),
  }
  for (const check of engine.contributed(authorizationChecks).values()) await check(engine, { call, client, request })
  return { request }
}

/** OIDC Core §6: said so in the metadata, and by its own error. */
function refuseUnsupported(params: Parameters): void {
  if (params.has('request')) throw authorizeErrors('authorization.request_not_supported')
  if (params.has('request_uri')) throw authorizeErrors('authorization.request_uri_not_supported')
}

function checkResponse(params: Parameters, client: Client, { responseMode, state }: Destination): void {
  const responseType = params.get('response_type')
  if (responseType === undefined) throw authorizeErrors('request.missing_parameter', { name: 'response_type' })
  if (responseType !== 'code') {
    throw authorizeErrors('authorization.response_type_unsupported', { responseType: responseType.slice(0, 64) })
  }
  const asked = params.get('response_mode')
  if (asked !== undefined && asked !== responseMode) {
    throw authorizeErrors('authorization.response_mode_unsupported', { responseMode: asked.slice(0, 64) })
  }
  if (!client.grantTypes.includes('authorization_code')) {
    throw authorizeErrors('client.grant_not_allowed', { grantType: 'authorization_code' })
  }
  if (state !== params.get('state')) throw tooLong('state')
}

/** RFC 7636 §4.3, S256 only. The profile `oidc` lets a confidential client leave it out (design §4). */
function codeChallenge(params: Parameters, client: Client): string | undefined {
  const challenge = params.get('code_challenge')
  const method = params.get('code_challenge_method')
  if (challenge === undefined && method === undefined && client.profile === 'oidc' && client.authMethod !== 'none') {
    return undefined
  }
  // A method left out means `plain`, which would put the verifier into the URL.
  if (challenge === undefined || method !== 'S256') throw authorizeErrors('authorization.pkce_required')
  if (!/^[A-Za-z0-9_-]{43}$/.test(challenge)) {
    throw authorizeErrors('request.invalid_parameter', { name: 'code_challenge', reason: 'must be a SHA-256 digest' })
  }
  return challenge
}

const prompts = ['none', 'login', 'consent', 'select_account'] as const

function parsePrompt(text: string | undefined): AuthorizationRequest['prompt'] {
  const asked = words(text)
  const prompt = prompts.filter((value) => asked.includes(value))
  if (prompt.length !== asked.length) {
    throw authorizeErrors('request.invalid_parameter', { name: 'prompt', reason: `must be of ${prompts.join(', ')}` })
  }
  // OIDC Core §3.1.2.1: none stands alone.
  if (prompt.includes('none') && prompt.length > 1) {
    throw authorizeErrors('request.invalid_parameter', { name: 'prompt', reason: 'must be none alone' })
  }
  return prompt
}

function parseMaxAge(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (!/^\d{1,9}$/.test(text)) {
    throw authorizeErrors('request.invalid_parameter', { name: 'max_age', reason: 'must be a number of seconds' })
  }
  return Number(text)
}

/** Whom the answer must be about: of the hint, or of the claim `sub` asked for by value (OIDC Core §5.5.1). */
async function hintedSubject(params: Parameters, claimed: string | undefined, engine: Engine) {
  const hint = params.get('id_token_hint')
  if (hint === undefined) return claimed
  const identity = await engine.tokens.hint(hint)
  if (!identity || (claimed !== undefined && claimed !== identity.account)) {
    throw authorizeErrors('request.invalid_parameter', { name: 'id_token_hint', reason: 'must be an ID token of ours' })
  }
  return identity.account
}

function limited(params: Parameters, name: string, length: number): string | undefined {
  const value = params.get(name)
  if (value !== undefined && value.length > length) throw tooLong(name)
  return value
}

function tooLong(name: string) {
  return authorizeErrors('request.invalid_parameter', { name, reason: 'is too long' })
}

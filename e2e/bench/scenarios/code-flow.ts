import { createHash, randomBytes } from 'node:crypto'
import type { Request } from '../load.ts'
import type { Scenario, Target } from './scenario.ts'
import { basic, encode } from './scenario.ts'

type Send = (request: Request) => Promise<boolean>

/** A signed-in browser gets a code, the app redeems it. Gives the refresh token, or undefined when a step failed. */
async function exchange(target: Target, cookie: string, send: Send): Promise<string | undefined> {
  const verifier = randomBytes(32).toString('base64url')
  const query = encode({
    client_id: target.clientId,
    response_type: 'code',
    redirect_uri: target.redirectUri,
    scope: 'openid offline_access read',
    resource: target.resource,
    state: 's',
    nonce: 'n',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  })
  let code: string | null = null
  const authorized = await send({
    method: 'GET',
    path: `${target.paths.authorize}?${query}`,
    headers: { cookie },
    done: (_status, _body, headers) => {
      code = URL.parse(String(headers.location), target.origin)?.searchParams.get('code') ?? null
      return code !== null
    },
  })
  if (!authorized || code === null) return undefined
  let refreshToken: string | undefined
  await send({
    method: 'POST',
    path: target.paths.token,
    headers: basic(target),
    body: encode({
      grant_type: 'authorization_code',
      code,
      redirect_uri: target.redirectUri,
      code_verifier: verifier,
      resource: target.resource,
    }),
    done: (status, body) => {
      refreshToken = status === 200 ? /"refresh_token":"([^"]+)"/.exec(body)?.[1] : undefined
      return refreshToken !== undefined
    },
  })
  return refreshToken
}

export const codeFlow: Scenario = async (target) => {
  const cookie = await target.cookie()
  return async (send) => (await exchange(target, cookie, send)) !== undefined
}

/** More than are ever in use at once. */
const tokens = 256

/** Rotation: every caller goes on with a token that somebody got last. All of them are there before it begins. */
export const refresh: Scenario = async (target) => {
  const cookie = await target.cookie()
  const headers = basic(target)
  const free: string[] = []
  while (free.length < tokens) {
    const token = await exchange(target, cookie, (request) => sendOnce(target, request))
    if (token === undefined) throw new Error('no refresh token could be had')
    free.push(token)
  }
  return async (send) => {
    const token = free.shift()
    if (token === undefined) throw new Error(`more than ${tokens} refresh tokens are in use`)
    return send({
      method: 'POST',
      path: target.paths.token,
      headers,
      body: encode({ grant_type: 'refresh_token', refresh_token: token, resource: target.resource }),
      done: (status, body) => {
        const next = status === 200 ? /"refresh_token":"([^"]+)"/.exec(body)?.[1] : undefined
        if (next !== undefined) free.push(next)
        return next !== undefined
      },
    })
  }
}

async function sendOnce(target: Target, { method, path, headers, body, done }: Request): Promise<boolean> {
  const response = await fetch(target.origin + path, {
    method,
    redirect: 'manual',
    ...(headers && { headers }),
    ...(body !== undefined && { body }),
  })
  return done(response.status, await response.text(), Object.fromEntries(response.headers))
}

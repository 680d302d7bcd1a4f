import type { RouteDescription } from '@cardea/engine'
import { testEngine } from '@cardea/engine/testing'
import { inject } from 'vitest'
import { administrator } from '../deployment/configuration.ts'
import { callback } from '../deployment/interop-apps.ts'
import { createPlainBrowser, signInAt } from '../deployment/plain-browser.ts'
import { basic, startOf } from '../interop/native.ts'
import { person } from '../interop/people.ts'

const origin = inject('origin')

/** Every route the engine has, development's included. */
export async function everyRoute(): Promise<RouteDescription[]> {
  const engine = await testEngine({ development: true })
  const routes = engine.describe()
  await engine.close()
  return routes
}

export const nameOf = ({ method, path }: RouteDescription): string => `${method} ${path}`

/** A path of the route that leads to nothing that exists. */
export const pathOf = ({ path }: RouteDescription): string =>
  path.replace(/:(\w+)/g, 'nothing-$1').replace(/\/\*\*.*/, '/x')

/** A person's access token with every scope, so that nothing is refused before it is read. */
export async function tokenForEverything(who: number): Promise<string> {
  const { parameters, verifier } = startOf('everything', {
    response_mode: 'query',
    scope: ['openid', 'me:read', 'me:write', ...administrator.scopes].join(' '),
  })
  const url = `${origin}/oauth2/authorize?${new URLSearchParams(parameters)}`
  const answer = await signInAt(createPlainBrowser(), url, person(who), callback)
  const response = await fetch(`${origin}/oauth2/token`, {
    method: 'POST',
    headers: basic('everything'),
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      code: answer.searchParams.get('code') ?? '',
      redirect_uri: callback,
      code_verifier: verifier,
    }),
  })
  const { access_token } = await response.json()
  if (typeof access_token !== 'string') throw new Error('no access token')
  return access_token
}

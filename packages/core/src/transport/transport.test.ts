import type { FlowAnswer } from '@cardea/protocol'
import { describe, expect, test } from 'vitest'
import type { Runtime } from '../runtime.ts'
import { browserRuntime } from '../runtime.ts'
import { bff } from './bff.ts'
import { flowDoor } from './flow-door.ts'

/** A network that gives one answer and keeps what it was asked. */
function network(answer: Response) {
  const asked: Request[] = []
  const runtime: Runtime = {
    ...browserRuntime(),
    fetch(input, init) {
      asked.push(new Request(new URL(input, 'https://app.test'), init))
      return Promise.resolve(answer)
    },
  }
  return { runtime, asked }
}

const step: FlowAnswer = {
  status: 'step',
  retry: false,
  version: 2,
  step: { stepType: 'AUTHENTICATOR_PROMPT', authenticators: [], messages: [] },
}

describe('the BFF', () => {
  test('is asked below its base path, with the header no form can send', async () => {
    const { runtime, asked } = network(Response.json(step))
    const transport = bff({ basePath: '/account/_auth/', runtime })
    const answer = await transport.flow.answer({ version: 1, authenticatorId: 'a', params: { username: 'alex' } })
    expect(answer).toEqual(step)
    expect(asked[0]?.url).toBe('https://app.test/account/_auth/flow/step')
    expect(asked[0]?.headers.get('cardea-csrf')).toBe('1')
    expect(await asked[0]?.json()).toEqual({ version: 1, authenticatorId: 'a', params: { username: 'alex' } })
  })

  test('an option that is only started carries no params', async () => {
    const { runtime, asked } = network(Response.json(step))
    await bff({ runtime }).flow.answer({ version: 1, authenticatorId: 'a' })
    expect(await asked[0]?.json()).toEqual({ version: 1, authenticatorId: 'a' })
  })

  test('the address of hosted sign-in names only what is wanted', () => {
    expect(bff().loginUrl({})).toBe('/auth/login')
    expect(bff().loginUrl({ returnTo: '/a?b=c', prompt: 'login' })).toBe(
      '/auth/login?returnTo=%2Fa%3Fb%3Dc&prompt=login',
    )
  })

  test.each([
    [
      'a problem',
      Response.json({ code: 'request.rate_limited', traceId: 't1' }, { status: 429 }),
      'request.rate_limited',
    ],
    ['a page of a proxy', new Response('<h1>502</h1>', { status: 502 }), 'request.internal'],
    ['an answer of another kind', Response.json([1, 2]), 'request.internal'],
  ])('%s ends the flow with a code', async (_, response, reason) => {
    const { runtime } = network(response)
    expect(await bff({ runtime }).flow.start?.({})).toMatchObject({ status: 'failed', error: { reason } })
  })
})

describe('the form door of a hosted page', () => {
  test('gets exactly what the plain form would send, and is asked for JSON', async () => {
    const { runtime, asked } = network(Response.json(step))
    const door = flowDoor({ action: '/flow/flw_1', csrf: 'first' }, runtime)
    await door.answer({ version: 1, authenticatorId: 'a', params: { username: 'alex' }, csrf: undefined })
    expect(asked[0]?.headers.get('accept')).toBe('application/json')
    expect(await asked[0]?.text()).toBe('csrf=first&version=1&authenticatorId=a&username=alex')
  })

  test('a decision names no authenticator; a newer token replaces the first', async () => {
    const { runtime, asked } = network(Response.json(step))
    await flowDoor({ action: '/flow/flw_1', csrf: 'first' }, runtime).answer({
      version: 3,
      decision: 'approve',
      csrf: 'second',
    })
    expect(await asked[0]?.text()).toBe('csrf=second&version=3&decision=approve')
  })
})

import { expect, test } from 'vitest'
import type { Auth } from './auth.ts'
import { createAuth } from './auth.ts'
import { browserRuntime } from './runtime.ts'

/** A page whose backend answers a sign-out with `body`, and where it went. */
function page(body: object): { auth: Auth; went: string[] } {
  const went: string[] = []
  const fetch = async () => Response.json(body)
  const auth = createAuth({ runtime: { ...browserRuntime(), fetch, navigate: (url) => void went.push(url) } })
  return { auth, went }
}

test('after sign-out the page goes where the backend says', async () => {
  const { auth, went } = page({ redirectUrl: '/bye' })
  await auth.signOut({ returnTo: '/bye' })
  expect(went).toEqual(['/bye'])
  expect(auth.session.get()).toEqual({ status: 'signed-out' })
})

test.each(['javascript:alert(1)', 'https://evil.example/', '//evil.example'])(
  'T-RED-05 sign-out never goes to %s by itself: only the backend has checked it',
  async (returnTo) => {
    const { auth, went } = page({})
    await auth.signOut({ returnTo })
    expect(went).toEqual([])
  },
)

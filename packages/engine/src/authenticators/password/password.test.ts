import { hash } from '@node-rs/argon2'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Account } from '../../domain/account/index.ts'
import { authenticators } from '../../domain/flow/index.ts'
import type { TestEngine } from '../../testing.ts'
import { testEngine } from '../../testing.ts'

let cardea: TestEngine
let ann: Account
beforeAll(async () => {
  cardea = await testEngine({
    config: {
      organizations: [{ handle: 'demo', name: 'Northwind' }],
      accounts: [{ username: 'ann.lee@demo.test', name: 'Ann Lee', password: 'old but good enough' }],
    },
  })
  const { id } = await cardea.engine.organizations.root()
  const found = await cardea.engine.accounts.findByIdentifier(id, 'Ann.Lee@demo.test')
  if (!found) throw new Error('no account')
  ann = found
})
afterAll(() => cardea.close())

function authenticator() {
  const found = cardea.engine.contributed(authenticators).get('password')
  if (!found?.provision) throw new Error('no password authenticator')
  return { ...found, provision: found.provision }
}

const verify = (password: string) =>
  authenticator().verify(
    { engine: cardea.engine, org: ann.org, subject: { type: 'account', account: ann }, origins: [], locale: 'en' },
    { password },
    null,
  )

async function set(password: string) {
  const write = await authenticator().provision(cardea.engine, ann, password)
  if (write) await cardea.engine.store.unit(write)
  return write !== undefined
}

const factor = async () => (await cardea.engine.factors.of(ann.org, ann.id, 'password'))[0]

describe('a new password', () => {
  test.each([
    ['1234567', 'password.too_short'],
    ['', 'password.too_short'],
    ['x'.repeat(257), 'password.too_long'],
    ['password1', 'password.too_common'],
    ['Football', 'password.too_common'],
    ['aaaaaaaaaaaa', 'password.too_common'],
    ['abababababab', 'password.too_common'],
    ['northwind1', 'password.too_common'],
    ['Ann.Lee@demo.test', 'password.too_common'],
    ['annlee-cardea', undefined],
    ['cardea99', 'password.too_common'],
    ['correct horse battery staple', undefined],
    ['ünïcödé 密码 и пароль', undefined],
    ['🔑🔑🗝️🚪🪟🧱🏠🌳', undefined],
    ['   spaces count   ', undefined],
    ['l'.repeat(40) + 'ong'.repeat(72), undefined],
  ])('%j', async (password, refused) => {
    if (refused === undefined) await expect(set(password)).resolves.toBe(true)
    else await expect(set(password)).rejects.toMatchObject({ code: refused })
  })
})

describe('verifying', () => {
  test('takes exactly what was set, down to case, spaces and the last character', async () => {
    const long = `Exactly this ${'and much more '.repeat(17)}`
    await set(long)
    expect((await verify(long)).type).toBe('proven')
    for (const other of [long.toLowerCase(), long.trim(), long.slice(0, -2), `${long}x`]) {
      expect((await verify(other)).type).toBe('rejected')
    }
  })

  test('setting the same again changes nothing', async () => {
    await set('the very same one')
    const before = await factor()
    expect(await set('the very same one')).toBe(false)
    expect(await factor()).toEqual(before)
  })

  test('a hash with weaker parameters is made anew at the next sign-in', async () => {
    await set('will be weakened')
    const weak = await hash('will be weakened', { memoryCost: 8192, timeCost: 1, parallelism: 1 })
    const stored = await factor()
    if (!stored) throw new Error('no password')
    await cardea.engine.store.unit((unit) => cardea.engine.factors.rewrite(unit, stored, weak))
    expect((await verify('not this one')).type).toBe('rejected')
    expect((await factor())?.secret).toBe(weak)
    expect((await verify('will be weakened')).type).toBe('proven')
    expect((await factor())?.secret).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
    expect((await verify('will be weakened')).type).toBe('proven')
  })
})

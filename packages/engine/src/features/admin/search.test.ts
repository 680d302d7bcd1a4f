import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Tenants } from './tenants.fixture.ts'
import { tenants } from './tenants.fixture.ts'

describe.each(['sqlite', 'postgres'] as const)('lists are searched on %s', (store) => {
  let all: Tenants
  let admin: string
  beforeAll(async () => {
    all = await tenants(store)
    admin = await all.admin('northwind')
    const created = [
      await api('/accounts', 'POST', { username: 'emile', name: 'Émile Żak' }),
      await api('/apps', 'POST', { name: 'Émile Żak', redirectUris: ['https://emile.example/callback'] }),
      await api('/apis', 'POST', { identifier: 'https://emile.example', name: 'Émile Żak' }),
      await api('/organizations', 'POST', { handle: 'emile', name: 'Émile Żak' }),
    ]
    expect(created.map(({ status }) => status)).toEqual([201, 201, 201, 201])
  })
  afterAll(() => all.close())

  const api = (path: string, method = 'GET', body?: unknown) => all.call(admin, `/api/v1${path}`, method, body)
  const found = async (list: string, search: string) => {
    const { body } = await api(`/${list}?search=${encodeURIComponent(search)}`)
    return body.items.map((one: { name: string }) => one.name)
  }
  const lists = ['accounts', 'apps', 'apis', 'organizations']

  test.each(lists)('%s by any part of a name, in capitals or not, in any language', async (list) => {
    for (const search of ['Émile', 'ÉMILE', 'émile ż', 'ŻAK', 'E\u0301mile', ' żak'])
      expect(await found(list, search), search).toEqual(['Émile Żak'])
    expect(await found(list, 'Emile Zak')).toEqual([])
  })

  test.each(lists)('%s for text, which is no pattern', async (list) => {
    for (const search of ['É%Ż', 'mil_', '%', '\\']) expect(await found(list, search), search).toEqual([])
  })

  test('a changed name is found, and the one before no more', async () => {
    const [account] = (await api('/accounts?search=emile')).body.items
    await api(`/accounts/${account.id}`, 'PATCH', { name: 'Ørjan Çelik' })
    expect(await found('accounts', 'ÇELIK')).toEqual(['Ørjan Çelik'])
    expect(await found('accounts', 'żak')).toEqual([])
    const [app] = (await api('/apps?search=żak')).body.items
    await api(`/apps/${app.id}`, 'PATCH', { name: 'Ørjan Çelik' })
    expect(await found('apps', 'çelik')).toEqual(['Ørjan Çelik'])
    expect(await found('apps', 'żak')).toEqual([])
  })
})

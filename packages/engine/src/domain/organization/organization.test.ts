import { afterEach, describe, expect, test } from 'vitest'
import { testStores } from '../../kernel/store/testing.ts'
import { createEngine } from '../../presets/create-engine.ts'
import type { TestEngine } from '../../testing.ts'
import { testEngine } from '../../testing.ts'

describe.each(testStores())('organizations on $name', ({ name, create }) => {
  const close: (() => Promise<void>)[] = []
  afterEach(async () => {
    for (const one of close.splice(0).reverse()) await one()
  })
  async function open(): Promise<TestEngine> {
    const engine = await testEngine({ store: name === 'SQLite' ? 'sqlite' : 'postgres' })
    close.push(engine.close)
    return engine
  }
  const blank = { branding: undefined, signInPolicy: undefined }

  test('processes that start at the same time on an empty database make one root', async () => {
    const { url, remove } = await create()
    close.push(remove)
    const options = {
      publicUrl: 'http://localhost:3000',
      database: url,
      key: new Uint8Array(32),
      sendMail: async () => {},
      log: () => {},
    }
    const engines = await Promise.all(Array.from({ length: 4 }, () => createEngine(options)))
    close.push(...engines.map((one) => one.close))
    const roots = await Promise.all(engines.map((one) => one.engine.organizations.root()))
    expect(new Set(roots.map((root) => root.id)).size).toBe(1)
  })

  test('are found by id and by handle, and at once by their new handle', async () => {
    const { engine } = await open()
    const root = await engine.organizations.root()
    const acme = await engine.store.unit((unit) =>
      engine.organizations.create(unit, { ...blank, parent: root.id, handle: 'acme', name: 'Acme' }),
    )
    expect(await engine.organizations.find(acme.id)).toEqual(acme)
    expect(await engine.organizations.find('acme')).toEqual(acme)
    await engine.store.unit((unit) => engine.organizations.update(unit, acme.id, { handle: 'acme-europe' }))
    expect(await engine.organizations.find('acme-europe')).toMatchObject({ id: acme.id })
    expect(await engine.organizations.find('acme')).toBeUndefined()
  })

  test('a handle belongs to one of many that ask for it at once', async () => {
    const { engine } = await open()
    const root = await engine.organizations.root()
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, (_, index) =>
        engine.store.unit((unit) =>
          engine.organizations.create(unit, { ...blank, parent: root.id, handle: 'wanted', name: `N${index}` }),
        ),
      ),
    )
    expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1)
    expect(outcomes.find((outcome) => outcome.status === 'rejected')?.reason).toMatchObject({ code: 'api.conflict' })
  })

  test('are listed in pages and found by part of a name, which is no pattern', async () => {
    const { engine } = await open()
    const root = await engine.organizations.root()
    for (const name of ['Alpha', 'Beta', 'Gamma 100%'])
      await engine.store.unit((unit) =>
        engine.organizations.create(unit, { ...blank, parent: root.id, handle: name.slice(0, 4).toLowerCase(), name }),
      )
    const first = await engine.organizations.list(root.id, { limit: 2 })
    expect(first.items.map((one) => one.handle)).toEqual(['alph', 'beta'])
    const second = await engine.organizations.list(root.id, { limit: 2, after: first.next ?? '' })
    expect([second.items.map((one) => one.handle), second.next]).toEqual([['gamm'], undefined])
    const search = async (text: string) =>
      (await engine.organizations.list(root.id, { limit: 10, search: text })).items.length
    expect([await search('ALPH'), await search('%'), await search('_'), await search('00%')]).toEqual([1, 1, 0, 1])
  })
})

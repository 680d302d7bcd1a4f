import type { OrganizationId } from '@cardea/protocol'
import { afterEach, describe, expect, test } from 'vitest'
import type { Store, Unit } from '../../kernel/store/index.ts'
import type { TestEngine } from '../../testing.ts'
import { testEngine } from '../../testing.ts'

describe.each(['sqlite', 'postgres'] as const)('the audit trail on %s', (store) => {
  const engines: TestEngine[] = []
  afterEach(async () => {
    for (const engine of engines.splice(0)) await engine.close()
  })
  async function open(options: Parameters<typeof testEngine>[0] = {}) {
    const test = await testEngine({ store, ...options })
    engines.push(test)
    const root = await test.engine.organizations.root()
    return { ...test.engine, org: root.id }
  }
  type Opened = Awaited<ReturnType<typeof open>>

  const happen = (engine: Opened, org: OrganizationId, target: string) =>
    engine.store.unit((unit) => unit.emit({ type: 'test.happened', org, actor: { type: 'system' }, target }))
  const written = async ({ audit }: Opened, org: OrganizationId, count: number) => {
    await expect
      .poll(async () => (await audit.list(org, { limit: 100, type: 'test.happened' })).items.length)
      .toBe(count)
  }
  async function withFive() {
    const engine = await open()
    for (const target of ['a', 'b', 'c', 'd', 'e']) await happen(engine, engine.org, target)
    await written(engine, engine.org, 5)
    const { entries } = await engine.audit.verify(engine.org)
    return { engine, entries }
  }
  const rows = (queries: Store | Unit, org: OrganizationId) =>
    queries.in(org).selectFrom('audit_entry').selectAll().orderBy('sequence').execute()

  test('holds every event once, in a chain that verifies', async () => {
    const { engine, entries } = await withFive()
    const list = await rows(engine.store, engine.org)
    expect(list.map((row) => row.sequence)).toEqual(list.map((_, index) => index + 1))
    expect(list.slice(1).map((row) => row.previous)).toEqual(list.slice(0, -1).map((row) => row.hash))
    expect(await engine.audit.verify(engine.org)).toEqual({ valid: true, entries })
  })

  test('an event delivered twice is chained once', async () => {
    const { engine, entries } = await withFive()
    const event = await engine.store
      .in(engine.org)
      .selectFrom('event')
      .selectAll()
      .where('target', '=', 'c')
      .executeTakeFirstOrThrow()
    const again = { id: event.id, at: event.at, org: engine.org, type: event.type, actor: { type: 'system' } } as const
    await Promise.all(
      Array.from({ length: 50 }, () => engine.store.unit((unit) => engine.audit.append(unit, [again], true))),
    )
    expect(await engine.audit.verify(engine.org)).toEqual({ valid: true, entries })
  })

  test('organizations have chains of their own', async () => {
    const { engine, entries } = await withFive()
    const child = await engine.store.unit((unit) =>
      engine.organizations.create(unit, {
        parent: engine.org,
        handle: 'child',
        name: 'Child',
        branding: undefined,
        signInPolicy: undefined,
      }),
    )
    await happen(engine, child.id, 'x')
    await written(engine, child.id, 1)
    expect(await engine.audit.verify(engine.org)).toEqual({ valid: true, entries })
    expect((await engine.audit.list(child.id, { limit: 100 })).items.every((entry) => entry.org === child.id)).toBe(
      true,
    )
  })

  test('many writers at the same time make one chain', async () => {
    const engine = await open()
    await Promise.all(Array.from({ length: 50 }, (_, index) => happen(engine, engine.org, `t${index}`)))
    await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        engine.audit.line({
          type: 'test.happened',
          org: engine.org,
          actor: { type: 'anonymous' },
          target: `l${index}`,
        }),
      ),
    )
    await written(engine, engine.org, 100)
    expect(await engine.audit.verify(engine.org)).toMatchObject({ valid: true })
  })

  describe('T-AUD-01 tampering shows', () => {
    const third = async (engine: Opened) => {
      const entry = (await engine.audit.list(engine.org, { limit: 1, target: 'c' })).items[0]
      if (!entry) throw new Error('no entry')
      return entry.sequence
    }
    test.each([
      ['target', { target: 'z' }],
      ['actor', { actor_type: 'account', actor_id: 'usr_innocent' }],
      ['time', { at: 1 }],
      ['type', { type: 'test.harmless' }],
      ['data', { data: '{"amount":1}' }],
      ['whose it is', { subject: 'usr_other' }],
    ] as const)('a changed %s', async (_, change) => {
      const { engine } = await withFive()
      const sequence = await third(engine)
      await engine.store.unit((unit) =>
        unit.in(engine.org).updateTable('audit_entry').set(change).where('sequence', '=', sequence).execute(),
      )
      expect(await engine.audit.verify(engine.org)).toMatchObject({
        valid: false,
        brokenAt: sequence,
        reason: 'changed',
      })
    })

    test('a removed row', async () => {
      const { engine } = await withFive()
      const sequence = await third(engine)
      await engine.store.unit((unit) =>
        unit.in(engine.org).deleteFrom('audit_entry').where('sequence', '=', sequence).execute(),
      )
      expect(await engine.audit.verify(engine.org)).toMatchObject({
        valid: false,
        brokenAt: sequence,
        reason: 'missing',
      })
    })

    test('two rows that changed places', async () => {
      const { engine } = await withFive()
      const sequence = await third(engine)
      await engine.store.unit(async (unit) => {
        const move = (from: number, to: number) =>
          unit.in(engine.org).updateTable('audit_entry').set({ sequence: to }).where('sequence', '=', from).execute()
        await move(sequence, 1_000_000)
        await move(sequence + 1, sequence)
        await move(1_000_000, sequence + 1)
      })
      expect(await engine.audit.verify(engine.org)).toMatchObject({
        valid: false,
        brokenAt: sequence,
        reason: 'reordered',
      })
    })

    test('an end that was cut off', async () => {
      const { engine, entries } = await withFive()
      await engine.store.unit((unit) =>
        unit.in(engine.org).deleteFrom('audit_entry').where('sequence', '=', entries).execute(),
      )
      expect(await engine.audit.verify(engine.org)).toMatchObject({
        valid: false,
        brokenAt: entries,
        reason: 'truncated',
      })
    })

    test('an end that was cut off and a head that was moved with it: the seal needs the key', async () => {
      const { engine, entries } = await withFive()
      await engine.store.unit(async (unit) => {
        await unit.in(engine.org).deleteFrom('audit_entry').where('sequence', '=', entries).execute()
        const last = (await rows(unit, engine.org)).at(-1)
        if (!last) throw new Error('no entry')
        await unit.in(engine.org).updateTable('audit_head').set({ sequence: last.sequence, hash: last.hash }).execute()
      })
      expect(await engine.audit.verify(engine.org)).toMatchObject({ valid: false, reason: 'changed' })
      // What happens next does not make it good.
      await happen(engine, engine.org, 'f')
      await written(engine, engine.org, 5)
      expect(await engine.audit.verify(engine.org)).toMatchObject({ valid: false, reason: 'changed' })
    })
  })

  describe('T-DOS-01 a long trail', () => {
    async function long() {
      const engine = await open()
      for (let entry = 0; entry < 3000; entry += 1)
        await engine.audit.line({
          type: 'test.happened',
          org: engine.org,
          actor: { type: 'system' },
          target: `${entry}`,
        })
      await engine.audit.flush()
      await engine.audit.verify(engine.org)
      return engine
    }

    test('is verified a piece at a time: others are answered meanwhile', async () => {
      const engine = await long()
      let turns = 0
      let turn = setImmediate(function next() {
        turns += 1
        turn = setImmediate(next)
      })
      expect(await engine.audit.verify(engine.org)).toMatchObject({ valid: true })
      clearImmediate(turn)
      expect(turns).toBeGreaterThanOrEqual(10)
    })

    test('is verified once for all who ask at the same time', async () => {
      const engine = await long()
      const cost = async (callers: number) => {
        const before = engine.store.counts().statements
        const found = await Promise.all(Array.from({ length: callers }, () => engine.audit.verify(engine.org)))
        expect(found.every(({ valid }) => valid)).toBe(true)
        return engine.store.counts().statements - before
      }
      const alone = await cost(1)
      // Background work may add to a call.
      expect(await cost(50)).toBeLessThan(2 * alone)
    })
  })

  test('lines of stateless issuance are there within a second, and when the engine closes', async () => {
    const engine = await open()
    const started = Date.now()
    await engine.audit.line({ type: 'test.happened', org: engine.org, actor: { type: 'anonymous' } })
    await written(engine, engine.org, 1)
    expect(Date.now() - started).toBeLessThan(1000)
  })

  test('lines that say the same within a moment are one entry with their count', async () => {
    const engine = await open()
    const line = (target: string) =>
      engine.audit.line({ type: 'test.happened', org: engine.org, actor: { type: 'anonymous' }, target })
    await Promise.all([line('a'), line('a'), line('b'), line('a')])
    await engine.audit.flush()
    const { items } = await engine.audit.list(engine.org, { limit: 10, type: 'test.happened' })
    expect(items.map(({ target, data }) => [target, data?.count]).sort()).toEqual([
      ['a', 3],
      ['b', undefined],
    ])
  })

  test('with audit: strict a line is there before the answer', async () => {
    const engine = await open({ audit: 'strict' })
    await engine.audit.line({ type: 'test.happened', org: engine.org, actor: { type: 'anonymous' } })
    expect((await engine.audit.list(engine.org, { limit: 10, type: 'test.happened' })).items).toHaveLength(1)
  })
})

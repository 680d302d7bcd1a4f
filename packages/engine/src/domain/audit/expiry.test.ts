import type { OrganizationId } from '@cardea/protocol'
import { afterEach, describe, expect, test } from 'vitest'
import type { TestEngine } from '../../testing.ts'
import { testEngine } from '../../testing.ts'
import { auditNoun, createAudit } from './index.ts'

const day = 86_400_000

describe.each(['sqlite', 'postgres'] as const)('an audit trail with a retention, on %s', (store) => {
  const engines: TestEngine[] = []
  afterEach(async () => {
    for (const engine of engines.splice(0)) await engine.close()
  })

  /** Ten entries of sixty days ago, then ten of twenty days ago, and a job that keeps thirty days. */
  async function aged(retention: { auditDays?: number } = { auditDays: 30 }) {
    const logged: string[] = []
    const cardea = await testEngine({ store, retention, log: (_, message) => logged.push(message) })
    engines.push(cardea)
    const { engine, clock } = cardea
    const { id: org } = await engine.organizations.root()
    const happen = async (count: number, name: string) => {
      for (let index = 0; index < count; index += 1)
        await engine.audit.line({ type: 'test.happened', org, actor: { type: 'system' }, target: `${name}${index}` })
      await engine.audit.flush()
    }
    const everything = async () => {
      const { items } = await engine.audit.list(org, { limit: 100, type: 'test.happened' })
      return items.map(({ target }) => target).reverse()
    }
    // What the start of an engine writes is in the trail before anything else.
    await expect.poll(async () => (await engine.audit.list(org, { limit: 100 })).items.length).toBeGreaterThan(0)
    await happen(10, 'old')
    clock.advance(40 * day)
    await happen(10, 'new')
    clock.advance(20 * day)
    const expire = async () => {
      for (const job of auditNoun.jobs ?? []) await job.run(engine)
    }
    const rows = () => engine.store.in(org).selectFrom('audit_entry').selectAll().orderBy('sequence').execute()
    return { engine, org, happen, everything, expire, rows, logged }
  }
  const news = Array.from({ length: 10 }, (_, index) => `new${index}`)
  const remove = ({ engine, org }: Awaited<ReturnType<typeof aged>>, through: number) =>
    engine.store.unit((unit) => unit.in(org).deleteFrom('audit_entry').where('sequence', '<=', through).execute())

  test('loses its oldest entries and still verifies, also when it goes on', async () => {
    const { engine, org, happen, everything, expire } = await aged()
    const before = await engine.audit.verify(org)
    await expire()
    expect(await everything()).toEqual(news)
    const removed = before.entries - 10
    expect(await engine.audit.verify(org)).toEqual({ valid: true, entries: 10, removed })
    await happen(1, 'later')
    await expire()
    expect(await everything()).toEqual([...news, 'later0'])
    expect(await engine.audit.verify(org)).toEqual({ valid: true, entries: 11, removed })
  })

  test('loses all when all are old, and starts nowhere else than it ended', async () => {
    const { engine, org, happen, everything, expire } = await aged({ auditDays: 10 })
    const { entries: removed } = await engine.audit.verify(org)
    await expire()
    expect(await everything()).toEqual([])
    expect(await engine.audit.verify(org)).toEqual({ valid: true, entries: 0, removed })
    await happen(2, 'later')
    expect(await engine.audit.verify(org)).toEqual({ valid: true, entries: 2, removed })
  })

  test('without one keeps everything', async () => {
    const { engine, org, everything, expire } = await aged({})
    await expire()
    expect(await everything()).toHaveLength(20)
    expect(await engine.audit.verify(org)).toEqual({ valid: true, entries: expect.any(Number) })
  })

  test('keeps the chains of other organizations to themselves', async () => {
    const { engine, org, expire } = await aged()
    const child = await engine.store.unit((unit) =>
      engine.organizations.create(unit, {
        parent: org,
        handle: 'child',
        name: 'Child',
        branding: undefined,
        signInPolicy: undefined,
      }),
    )
    await engine.audit.line({ type: 'test.happened', org: child.id, actor: { type: 'system' } })
    await engine.audit.flush()
    await expire()
    expect(await engine.audit.verify(child.id)).toMatchObject({ valid: true })
    expect((await engine.audit.list(child.id, { limit: 10, type: 'test.happened' })).items).toHaveLength(1)
  })

  describe('T-AUD-01 tampering at its start shows', () => {
    test('one more entry is gone', async () => {
      const trail = await aged()
      await trail.expire()
      const [first] = await trail.rows()
      await remove(trail, first?.sequence ?? 0)
      expect(await trail.engine.audit.verify(trail.org)).toMatchObject({ valid: false, reason: 'missing' })
    })

    test('the place it starts at was moved with it: the seal needs the key', async () => {
      const trail = await aged()
      await trail.expire()
      const { engine, org } = trail
      const [first] = await trail.rows()
      if (!first) throw new Error('no entry')
      await remove(trail, first.sequence)
      const start = { start_sequence: first.sequence, start_hash: first.hash }
      await engine.store.unit((unit) => unit.in(org).updateTable('audit_head').set(start).execute())
      expect(await engine.audit.verify(org)).toMatchObject({ valid: false, reason: 'truncated' })
      // With the seal of the end, which is for another place in another role.
      await engine.store.unit((unit) =>
        unit
          .in(org)
          .updateTable('audit_head')
          .set((eb) => ({ start_seal: eb.ref('seal') }))
          .execute(),
      )
      expect(await engine.audit.verify(org)).toMatchObject({ valid: false, reason: 'truncated' })
    })

    test.each([
      ['cut off', (trail: Awaited<ReturnType<typeof aged>>) => remove(trail, 3), 'missing'],
      [
        'changed',
        ({ engine, org }: Awaited<ReturnType<typeof aged>>) =>
          engine.store.unit((unit) =>
            unit.in(org).updateTable('audit_entry').set({ target: 'x' }).where('target', '=', 'old3').execute(),
          ),
        'changed',
      ],
      [
        'made older',
        ({ engine, org }: Awaited<ReturnType<typeof aged>>) =>
          engine.store.unit((unit) =>
            unit.in(org).updateTable('audit_entry').set({ at: 1 }).where('target', '=', 'new0').execute(),
          ),
        'changed',
      ],
    ] as const)('what was %s before the job ran is not made good by it', async (_, tamper, reason) => {
      const trail = await aged()
      await tamper(trail)
      await trail.expire()
      expect(await trail.engine.audit.verify(trail.org)).toMatchObject({ valid: false, reason })
      expect(trail.logged.some((message) => message.includes('do not verify'))).toBe(true)
    })
  })

  test('is verified while it is cut: what was deleted meanwhile is no gap', async () => {
    const { engine, org, expire } = await aged()
    // The job runs when the verification has read where the chain starts, and no entry yet.
    const head = engine.store.in(org).selectFrom('audit_head').selectAll()
    const thenExpire = async () => {
      const row = await head.executeTakeFirst()
      await expire()
      return row
    }
    let reads = 0
    const interrupted = (id: OrganizationId) => {
      reads += 1
      const first = { selectFrom: () => ({ selectAll: () => ({ executeTakeFirst: thenExpire }) }) }
      return reads === 1 ? (first as never) : engine.store.in(id)
    }
    const audit = createAudit({ ...engine, store: { ...engine.store, in: interrupted } }, false)
    expect(await audit.verify(org)).toMatchObject({ valid: true, entries: 10 })
  })
})

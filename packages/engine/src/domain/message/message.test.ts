import { sql } from 'kysely'
import { afterEach, expect, test } from 'vitest'
import type { Mail } from '../../kernel/kernel.ts'
import type { TestEngine, TestEngineOptions } from '../../testing.ts'
import { testEngine } from '../../testing.ts'
import { messageNoun } from './index.ts'

let cardea: TestEngine | undefined
afterEach(() => cardea?.close())

async function start(options: TestEngineOptions = {}) {
  cardea = await testEngine({
    config: {
      organizations: [{ handle: 'demo', name: 'Northwind' }],
      accounts: [{ username: 'ann', email: 'ann@demo.test', emailVerified: true, password: 'a good password' }],
    },
    ...options,
  })
  const { id } = await cardea.engine.organizations.root()
  return { ...cardea, org: id }
}

async function until(holds: () => boolean | Promise<boolean>) {
  for (let tries = 0; tries < 200; tries++) {
    if (await holds()) return
    await new Promise((go) => setTimeout(go, 20))
  }
  throw new Error('it never happened')
}

const code = { code: '424242', minutes: '5' }

test('a message is sent after its unit, with both parts, and then forgotten', async () => {
  const { engine, org, inbox } = await start()
  await engine.store.unit((unit) =>
    engine.messages.queue(unit, {
      org,
      channel: 'email',
      to: 'ann@demo.test',
      template: 'email-otp',
      locale: 'en',
      params: code,
    }),
  )
  await until(() => inbox.length === 1)
  expect(inbox[0]).toMatchObject({
    to: 'ann@demo.test',
    text: expect.stringContaining('424242'),
    html: expect.stringContaining('424242'),
  })
  await until(async () => (await engine.store.in(org).selectFrom('message').selectAll().execute()).length === 0)
})

test('nothing is sent of a unit that failed', async () => {
  const { engine, org, inbox } = await start()
  const failed = engine.store.unit(async (unit) => {
    await engine.messages.queue(unit, {
      org,
      channel: 'email',
      to: 'ann@demo.test',
      template: 'email-otp',
      locale: 'en',
      params: code,
    })
    throw new Error('no')
  })
  await expect(failed).rejects.toThrow('no')
  expect(await engine.store.in(org).selectFrom('message').selectAll().execute()).toEqual([])
  // What is queued later arrives, and nothing has before it.
  const to = { org, channel: 'email', to: 'ann@demo.test', template: 'email-otp', locale: 'en' } as const
  await engine.store.unit((unit) => engine.messages.queue(unit, { ...to, params: { ...code, code: '171717' } }))
  await until(() => inbox.length > 0)
  expect(inbox.map(({ text }) => /\b\d{6}\b/.exec(text)?.[0])).toEqual(['171717'])
})

test('it waits sealed, is tried again, and every try has the same idempotency key', async () => {
  const tries: Mail[] = []
  const sent: Mail[] = []
  const { engine, org, clock } = await start({
    sendMail: async (mail: Mail) => {
      tries.push(mail)
      if (tries.length < 3) throw new Error('the mail server is away')
      sent.push(mail)
    },
  } as TestEngineOptions)
  await engine.store.unit((unit) =>
    engine.messages.queue(unit, {
      org,
      channel: 'email',
      to: 'ann@demo.test',
      template: 'email-otp',
      locale: 'en',
      params: code,
    }),
  )
  await until(() => tries.length === 1)
  const waiting = JSON.stringify(await engine.store.in(org).selectFrom('message').selectAll().execute())
  expect(waiting).not.toContain('424242')
  expect(waiting).not.toContain('ann@demo.test')
  await until(() => {
    clock.advance(60_000)
    return sent.length === 1
  })
  expect(new Set(tries.map((mail) => mail.idempotencyKey)).size).toBe(1)
})

test('a message that could not be sent is kept no longer than the event of it', async () => {
  const { engine, org, clock } = await start({
    sendMail: () => Promise.reject(new Error('no such address')),
  } as TestEngineOptions)
  const queue = () =>
    engine.store.unit((unit) =>
      engine.messages.queue(unit, {
        org,
        channel: 'email',
        to: 'ann@demo.test',
        template: 'email-otp',
        locale: 'en',
        params: code,
      }),
    )
  const tidy = async () => {
    for (const job of messageNoun.jobs ?? []) await job.run(engine)
    return (await engine.store.in(org).selectFrom('message').select('id').execute()).length
  }
  await queue()
  clock.advance(engine.retention.eventDays * 86_400_000 - 60_000)
  await queue()
  expect(await tidy()).toBe(2)
  clock.advance(120_000)
  expect(await tidy()).toBe(1)
})

test('a message to nobody goes nowhere', async () => {
  const { engine, org, inbox } = await start()
  await engine.store.unit((unit) =>
    engine.messages.queue(unit, {
      org,
      channel: 'email',
      to: undefined,
      template: 'email-otp',
      locale: 'en',
      params: code,
    }),
  )
  await until(async () => (await engine.store.in(org).selectFrom('message').selectAll().execute()).length === 0)
  expect(inbox).toEqual([])
})

test('a person is told when a factor of theirs changes', async () => {
  const { engine, org, inbox, clock } = await start()
  clock.advance(3_600_000)
  const ann = await engine.accounts.findByIdentifier(org, 'ann')
  const [factor] = ann ? await engine.factors.of(org, ann.id, 'password') : []
  if (!factor) throw new Error('no password')
  await engine.store.unit((unit) => engine.factors.change(unit, factor, 'another hash'))
  await until(() => inbox.length === 1)
  expect(inbox[0]?.to).toBe('ann@demo.test')
  expect(inbox[0]?.subject).toMatch(/password/i)
})

test('T-CRA-01 a process that dies over a notice tells the person once', async () => {
  const { engine, org, inbox, clock } = await start()
  clock.advance(3_600_000)
  const ann = await engine.accounts.findByIdentifier(org, 'ann')
  const [factor] = ann ? await engine.factors.of(org, ann.id, 'password') : []
  if (!factor) throw new Error('no password')
  const waiting = (type: string) =>
    engine.store
      .across('look at deliveries')
      .selectFrom('delivery')
      .selectAll()
      .where('subscriber', '=', type)
      .execute()

  // It comes as far as forgetting the delivery.
  const dies = sql`create trigger dies before delete on delivery when old.subscriber = 'message-notices'
    begin select raise(abort, 'the process died'); end`
  await engine.store.unit(async (unit) => {
    await dies.execute(unit.across('make it die'))
  })
  await engine.store.unit((unit) => engine.factors.change(unit, factor, 'another hash'))
  await until(async () => (await waiting('message-notices')).some(({ error }) => error !== null))
  await engine.store.unit(async (unit) => {
    await sql`drop trigger dies`.execute(unit.across('let it live'))
  })
  clock.advance(60_000)
  await until(async () => (await waiting('message-notices')).length === 0)
  await until(async () => inbox.length > 0 && (await waiting('message-sender')).length === 0)
  expect(inbox.map(({ to }) => to)).toEqual(['ann@demo.test'])
})

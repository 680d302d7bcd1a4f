import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { SMTPServer } from 'smtp-server'
import { afterEach, expect, test } from 'vitest'
import { createSmtp } from './index.ts'

interface Received {
  readonly from: string
  readonly to: string[]
  readonly data: string
}

const open: (() => void)[] = []
afterEach(() => {
  for (const close of open.splice(0)) close()
})

/** A real SMTP server on loopback; `refuse` makes it answer the data with 451 that many times. */
async function startServer(refuse = 0): Promise<{ url: string; received: Received[] }> {
  const received: Received[] = []
  let left = refuse
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onAuth: ({ username, password }, _session, done) =>
      username === 'cardea' && password === 'right'
        ? done(null, { user: username })
        : done(new Error('wrong password')),
    onData: (stream, session, done) => {
      text(stream).then((data) => {
        if (left-- > 0) return done(Object.assign(new Error('try again later'), { responseCode: 451 }))
        const { mailFrom, rcptTo } = session.envelope
        received.push({ from: mailFrom ? mailFrom.address : '', to: rcptTo.map(({ address }) => address), data })
        done()
      }, done)
    },
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  open.push(() => server.close())
  return { url: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`, received }
}

function connect(url: string) {
  const smtp = createSmtp({ url, from: 'Northwind <no-reply@northwind.test>' })
  open.push(smtp.close)
  return smtp
}

const mail = {
  to: 'alex@demo.test',
  subject: 'Your code is 123456',
  text: 'Enter 123456',
  html: '<p>Enter 123456</p>',
  idempotencyKey: 'msg_1',
}

test('a mail arrives with both parts, sender, recipient and an id that a repetition shares', async () => {
  const { url, received } = await startServer()
  await connect(url).sendMail(mail)
  expect(received).toMatchObject([{ from: 'no-reply@northwind.test', to: ['alex@demo.test'] }])
  const data = received[0]?.data ?? ''
  expect(data).toContain('Subject: Your code is 123456')
  expect(data).toContain('Message-ID: <msg_1@northwind.test>')
  expect(data).toContain('Auto-Submitted: auto-generated')
  expect(data).toContain('text/plain')
  expect(data).toContain('text/html')
})

test('a server that refuses makes sending reject, and a later try arrives', async () => {
  const { url, received } = await startServer(1)
  const smtp = connect(url)
  await expect(smtp.sendMail(mail)).rejects.toThrow('451')
  await smtp.sendMail(mail)
  expect(received).toHaveLength(1)
})

test('credentials come from the URL and a wrong password is an error', async () => {
  const { url, received } = await startServer()
  await connect(url.replace('//', '//cardea:right@')).sendMail(mail)
  expect(received).toHaveLength(1)
  await expect(connect(url.replace('//', '//cardea:wrong@')).sendMail(mail)).rejects.toThrow()
})

test('an address that tries to add headers or recipients stays one address', async () => {
  const { url, received } = await startServer()
  for (const forged of ['alex@demo.test\r\nBcc: eve@evil.test', 'alex@demo.test, eve@evil.test']) {
    await connect(url)
      .sendMail({ ...mail, to: forged })
      .catch(() => undefined)
  }
  expect(received.flatMap(({ to }) => to)).not.toContain('eve@evil.test')
  for (const { data } of received) expect(data).not.toMatch(/^bcc:/im)
})

import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** Where the data of the server under test lies. */
export const dataVariable = 'CARDEA_E2E_DATA'

/** Makes a person's sign-ins `minutes` older: nobody waits that long for a test, and the server's clock is the real one. */
export function ageSignIns(username: string, minutes: number): void {
  const database = new DatabaseSync(join(process.env[dataVariable] ?? '', 'cardea.sqlite'))
  try {
    database.exec('pragma busy_timeout = 5000')
    const sessions = database
      .prepare('select id, factors from session where account = (select id from account where username = ?)')
      .all(username)
    if (sessions.length === 0) throw new Error(`${username} is not signed in`)
    const write = database.prepare('update session set factors = ? where id = ?')
    for (const { id = null, factors } of sessions) {
      const proven: { at: number }[] = JSON.parse(String(factors))
      write.run(JSON.stringify(proven.map((factor) => ({ ...factor, at: factor.at - minutes * 60_000 }))), id)
    }
  } finally {
    database.close()
  }
}

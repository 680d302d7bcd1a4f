import { readdirSync, readFileSync } from 'node:fs'
import type { FlowAnswer } from '@cardea/protocol'
import { describe, expect, test } from 'vitest'
import type { StepAnswer } from '../../transport/transport.ts'
import type { SignInEvent } from '../state.ts'
import { drive, perceive } from './drive.ts'

interface Transcript {
  title: string
  entries: (
    | { server: FlowAnswer }
    | { person: SignInEvent }
    | { sent: StepAnswer }
    | { shows: Record<string, unknown> }
    | { did: string[] }
  )[]
}

const folder = new URL('./transcripts/', import.meta.url)
const transcripts = readdirSync(folder).map(
  (name): Transcript => JSON.parse(readFileSync(new URL(name, folder), 'utf8')),
)

describe('a recorded sign-in replays to the same screens', () => {
  test.each(transcripts)('$title', async ({ entries }) => {
    const { flow, sent, did, server } = drive()
    flow.begin()
    for (const entry of entries) {
      if ('server' in entry) await server(entry.server)
      if ('person' in entry) flow.send(entry.person)
      if ('sent' in entry) expect(sent.at(-1)).toEqual(entry.sent)
      if ('shows' in entry) expect(perceive(flow)).toMatchObject(entry.shows)
      if ('did' in entry) expect(did).toEqual(entry.did)
    }
  })
})

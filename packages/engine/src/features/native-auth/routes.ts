import type { FlowId } from '@cardea/protocol'
import { zNativeAnswer } from '@cardea/protocol'
import type { Client } from '../../domain/client/index.ts'
import type { Engine } from '../../domain/engine.ts'
import type { FlowAnswer, FlowOutcome, Visitor } from '../../domain/flow/index.ts'
import { json } from '../../kernel/http/index.ts'
import { steps } from '../../kernel/pipeline.ts'
import type { Route } from '../../kernel/route.ts'
import { answerPath, present } from './present.ts'
import { identifyCaller, readAnswer } from './request.ts'

interface Answering {
  readonly flow: FlowId
  readonly answer: FlowAnswer
  readonly client: Client | undefined
  readonly visitor: Visitor
}

async function answerFlow(
  { flow, answer, client, visitor }: Answering,
  engine: Engine,
): Promise<{ outcome: FlowOutcome }> {
  const proof = { door: 'native', ...(client ? { client: client.id } : {}) } as const
  return { outcome: await engine.flows.answer(flow, proof, answer, visitor) }
}

async function showOutcome(
  { outcome, client }: { outcome: FlowOutcome; client: Client | undefined },
  engine: Engine,
): Promise<Response> {
  return json(await present(engine, outcome, client))
}

export const routes: readonly Route<Engine>[] = [
  {
    method: 'POST',
    path: answerPath,
    summary: 'Answers a step of an app-native sign-in',
    access: { type: 'public' },
    surface: 'native',
    body: { type: 'json', schema: zNativeAnswer },
    cors: 'apps',
    steps: steps(readAnswer, identifyCaller, answerFlow, showOutcome),
  },
]

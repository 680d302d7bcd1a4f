import { sendAnswer } from '../../domain/authorization/index.ts'
import type { Client } from '../../domain/client/index.ts'
import type { Engine } from '../../domain/engine.ts'
import { isFailure } from '../../kernel/errors.ts'
import type { Call } from '../../kernel/http/index.ts'
import { renderError } from '../../kernel/http/index.ts'
import type { Step } from '../../kernel/pipeline.ts'
import type { Destination } from './answer.ts'
import { errorAnswer } from './answer.ts'

/** What is known when a step refuses; the more of it, the closer to the app the error is shown. */
interface Known {
  readonly call: Call
  readonly direct: boolean
  readonly client?: Client
  readonly destination?: Destination
}

/**
 * Wraps a step so that its refusal goes where it belongs: app-native requests get their own body; others are
 * redirected once client and redirect URI are right, and before that shown on a page here (T-RED-03).
 */
export function reporting<I extends object, O extends object>(
  step: Step<I, Engine, O>,
): Step<I & Known, Engine, O | Response> {
  const reported: Step<I & Known, Engine, O | Response> = async (state, engine) => {
    try {
      return await step(state, engine)
    } catch (thrown) {
      return report(engine, state, thrown)
    }
  }
  // The step keeps its name in `where`.
  return Object.defineProperty(reported, 'name', { value: step.name })
}

async function report(engine: Engine, known: Known, thrown: unknown): Promise<Response> {
  if (known.direct) return readableBy(known, await renderError(engine, known.call, 'native', thrown))
  if (!known.destination || !isFailure(thrown)) throw thrown
  const error = thrown.definition.oauth ?? 'invalid_request'
  return sendAnswer(engine, errorAnswer(engine, known.destination, error, thrown.code, thrown.params))
}

/**
 * An app-native answer may be read by scripts of the app's own origins. The authorization endpoint has no other
 * CORS (RFC 9700 §2.6).
 */
export function readableBy({ call, client }: Pick<Known, 'call' | 'client'>, response: Response): Response {
  const origin = call.headers.get('origin')
  if (origin === null || !client?.origins.includes(origin)) return response
  response.headers.set('access-control-allow-origin', origin)
  response.headers.set('cross-origin-resource-policy', 'cross-origin')
  response.headers.append('vary', 'Origin')
  return response
}

import type { FlowAnswer, FlowId } from '@cardea/protocol'
import { rememberDevice } from '../../domain/attempt/index.ts'
import type { AuthorizationAnswer } from '../../domain/authorization/index.ts'
import { answerUrl, sendAnswer } from '../../domain/authorization/index.ts'
import type { Engine } from '../../domain/engine.ts'
import type { Browser, FlowOutcome, Visitor } from '../../domain/flow/index.ts'
import type { Failure } from '../../kernel/errors.ts'
import { cookieJar, json, redirect } from '../../kernel/http/index.ts'

/** The page that shows a flow; `notice` is a code shown above its step. */
export function pageUrl(engine: Engine, flow: FlowId, notice?: string): string {
  const query = new URLSearchParams({ flow, ...(notice ? { notice } : {}) })
  return `${engine.publicUrl}/signin?${query}`
}

/** Cookies of a finished sign-in: the SSO session, and the browser as one the person has used. */
function cookiesOf(engine: Engine, outcome: FlowOutcome, visitor: Visitor): string[] {
  if (outcome.type !== 'finished' || !outcome.session || !outcome.sessionSecret) return []
  const jar = cookieJar(engine.publicUrl)
  const device = rememberDevice(engine, jar, visitor.device, outcome.session.account)
  return [engine.sessions.cookie.set(outcome.sessionSecret), ...(device ? [device] : [])]
}

/** To the page of the next step, or to the app: always 303, so that no form is sent twice. */
export function byRedirect(
  engine: Engine,
  outcome: FlowOutcome,
  visitor: Visitor,
  cookies: readonly string[],
): Response {
  const all = [...cookies, ...cookiesOf(engine, outcome, visitor)]
  if (outcome.type === 'open') return redirect(pageUrl(engine, outcome.flow.id), all)
  return sendAnswer(engine, outcome.answer, all)
}

/** The same for the page's script. */
export async function byJson(
  engine: Engine,
  outcome: FlowOutcome,
  visitor: Visitor,
  browser: Browser,
): Promise<Response> {
  const body: FlowAnswer =
    outcome.type === 'open'
      ? {
          status: 'step',
          retry: outcome.retry,
          version: outcome.flow.version,
          step: outcome.step,
          csrf: browser.csrf(outcome.flow.id),
        }
      : { status: 'redirect', url: await destination(engine, outcome.answer, browser) }
  const response = json(body)
  for (const cookie of cookiesOf(engine, outcome, visitor)) response.headers.append('set-cookie', cookie)
  return response
}

export function failureJson(engine: Engine, { code, params, definition }: Failure, traceId: string): Response {
  const description = engine.text(code, params)
  const named = Object.fromEntries(Object.entries(params).map(([name, value]) => [name, String(value)]))
  const error = { code: definition.native ?? code, reason: code, description, traceId, params: named }
  const transient = definition.status === 429 || definition.status === 503
  const body: FlowAnswer = { status: 'failed', ...(transient && { transient }), error }
  return json(body, definition.status)
}

const sealContext = (browser: Browser) => `handover ${browser.hash}`
const handoverLifetime = 60_000

/** Scripts can follow a link; an answer that must be posted waits, sealed, behind one of ours. */
async function destination(engine: Engine, answer: AuthorizationAnswer, browser: Browser): Promise<string> {
  if (answer.responseMode === 'query') return answerUrl(answer)
  const content = JSON.stringify({ answer, until: engine.now() + handoverLifetime })
  const sealed = await engine.seal(content, sealContext(browser))
  return `${engine.publicUrl}/signin/handover?${new URLSearchParams({ answer: sealed })}`
}

/** Opens what `destination` sealed for this browser; `undefined` when it is not that, or too old. */
export async function openHandover(
  engine: Engine,
  browser: Browser,
  sealed: string,
): Promise<AuthorizationAnswer | undefined> {
  const text = await engine.open(sealed, sealContext(browser)).catch(() => undefined)
  if (text === undefined) return undefined
  const { answer, until }: { answer: AuthorizationAnswer; until: number } = JSON.parse(text)
  return until > engine.now() ? answer : undefined
}

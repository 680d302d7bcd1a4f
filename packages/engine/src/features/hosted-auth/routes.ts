import type { FlowId } from '@cardea/protocol'
import { sendAnswer } from '../../domain/authorization/index.ts'
import type { Engine } from '../../domain/engine.ts'
import type { Browser, FlowOutcome } from '../../domain/flow/index.ts'
import { isFailure } from '../../kernel/errors.ts'
import type { Call } from '../../kernel/http/index.ts'
import { redirect } from '../../kernel/http/index.ts'
import { steps } from '../../kernel/pipeline.ts'
import type { Route } from '../../kernel/route.ts'
import { hostedErrors } from './errors.ts'
import { notices, orOver, showOver, showStep } from './page.ts'
import { byJson, byRedirect, failureJson, openHandover, pageUrl } from './present.ts'
import { checkOrigin, readFlow, readForm, wantsJson } from './request.ts'

type Answering = Call & { readonly flow: FlowId; readonly browser: Browser }

/** Takes the form, and shows a refusal where the person is: on the page they come from, or to its script. */
async function answerStep(state: Answering, engine: Engine): Promise<Response> {
  if (!wantsJson(state.headers)) return orOver(state, engine, () => answerForm(state, engine))
  try {
    const outcome = await takeForm(state, engine)
    return await byJson(engine, outcome, engine.flows.visitor(state), state.browser)
  } catch (thrown) {
    if (!isFailure(thrown)) throw thrown
    return failureJson(engine, thrown, state.traceId)
  }
}

async function answerForm(state: Answering, engine: Engine): Promise<Response> {
  const { flow, browser } = state
  try {
    const outcome = await takeForm(state, engine)
    return byRedirect(engine, outcome, engine.flows.visitor(state), [])
  } catch (thrown) {
    const notice = isFailure(thrown) ? notices.find((code) => code === thrown.code) : undefined
    if (!notice) throw thrown
    // Only a flow that is still this browser's is shown again.
    await engine.flows.find(flow, { door: 'hosted', secret: browser.secret })
    return redirect(pageUrl(engine, flow, notice))
  }
}

async function takeForm(state: Answering, engine: Engine): Promise<FlowOutcome> {
  checkOrigin(state, engine)
  const { posted } = readForm(state, engine)
  const proof = { door: 'hosted', secret: state.browser.secret } as const
  const visitor = engine.flows.visitor(state)
  return posted.type === 'decision'
    ? engine.flows.decide(state.flow, proof, posted, visitor)
    : engine.flows.answer(state.flow, proof, posted, visitor)
}

/** Posts an answer to the app for a script that cannot (`response_mode=form_post`). */
async function handOver(call: Call, engine: Engine): Promise<Response> {
  const answer = await openHandover(engine, engine.flows.browser(call), call.query.get('answer') ?? '')
  if (!answer) return showOver(call, engine, hostedErrors('flow.unknown'))
  return sendAnswer(engine, answer)
}

export const routes: readonly Route<Engine>[] = [
  {
    method: 'GET',
    path: '/signin',
    summary: 'The page of a hosted sign-in',
    access: { type: 'public' },
    surface: 'page',
    body: { type: 'none' },
    steps: steps(readFlow, showStep),
  },
  {
    method: 'GET',
    path: '/signin/handover',
    summary: 'Posts the answer of a finished sign-in to the app',
    access: { type: 'public' },
    surface: 'page',
    body: { type: 'none' },
    steps: steps(handOver),
  },
  {
    method: 'GET',
    path: '/flow/:flowId',
    summary: 'The page of a hosted sign-in, where a form was',
    access: { type: 'public' },
    surface: 'page',
    body: { type: 'none' },
    steps: steps(readFlow, showStep),
  },
  {
    method: 'POST',
    path: '/flow/:flowId',
    summary: 'Answers a step of a hosted sign-in',
    access: { type: 'public' },
    surface: 'page',
    body: { type: 'either' },
    steps: steps(readFlow, answerStep),
  },
]

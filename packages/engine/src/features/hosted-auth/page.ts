import type { ErrorCode, FlowId, NativeMessage } from '@cardea/protocol'
import type { Engine } from '../../domain/engine.ts'
import type { Browser } from '../../domain/flow/index.ts'
import type { Failure } from '../../kernel/errors.ts'
import { isFailure } from '../../kernel/errors.ts'
import type { Call } from '../../kernel/http/index.ts'
import { page } from '../../kernel/http/index.ts'

/** Codes a redirect may ask the page to show; anything else in the address is ignored. */
export const notices: readonly ErrorCode[] = [
  'flow.csrf',
  'flow.authenticator_not_offered',
  'flow.authenticator_unknown',
]

type Asked = Call & { readonly flow: FlowId; readonly browser: Browser }

/** The hosted page of a step; of a flow that is over (somebody went back), how to start again. */
export function showStep(state: Asked, engine: Engine): Promise<Response> {
  return orOver(state, engine, () => stepPage(state, engine))
}

/** What `work` answers, or the page of a sign-in that is over when it finds that it is. */
export async function orOver(state: Asked, engine: Engine, work: () => Promise<Response>): Promise<Response> {
  try {
    return await work()
  } catch (thrown) {
    if (!isFailure(thrown) || !endings.includes(thrown.code)) throw thrown
    return showOver(state, engine, thrown)
  }
}

async function stepPage(state: Asked, engine: Engine): Promise<Response> {
  const { flow, browser } = state
  const { record, client, step, retry } = await engine.flows.show(flow, { door: 'hosted', secret: browser.secret })
  const notice = notices.find((code) => code === state.query.get('notice'))
  const messages = notice ? [noticeOf(engine, notice), ...step.messages] : step.messages
  return page(
    engine,
    state,
    {
      page: 'sign-in',
      client: {
        id: client.clientId,
        name: client.name,
        ...(client.logoUri ? { logoUri: client.logoUri } : {}),
        ...(client.uri ? { uri: client.uri } : {}),
      },
      step: { ...step, messages },
      retry: retry || notice !== undefined,
      form: { action: `/flow/${flow}`, csrf: browser.csrf(flow), version: record.version },
    },
    // Chromium applies `form-action` to where the form is redirected to: the app's own address.
    { org: record.org, formAction: [formTarget(record.request.redirectUri)] },
  )
}

/** A sign-in that cannot go on, with the way to start again: at its app if it was this browser's, else at the account page. */
export async function showOver(
  state: Call & Partial<Pick<Asked, 'flow' | 'browser'>>,
  engine: Engine,
  failure: Failure,
): Promise<Response> {
  const { flow, browser } = state
  const app = flow && browser && (await engine.flows.restartUrl(flow, { door: 'hosted', secret: browser.secret }))
  const retryUrl = app ?? engine.accountUrl
  const { status } = failure.definition
  return page(
    engine,
    state,
    {
      page: 'error',
      status,
      code: failure.code,
      params: {},
      traceId: state.traceId,
      ...(retryUrl ? { retryUrl } : {}),
    },
    { status },
  )
}

/** Codes that end a sign-in. */
const endings: readonly ErrorCode[] = ['flow.unknown', 'flow.expired', 'flow.wrong_browser', 'flow.too_many_attempts']

/** An app's own scheme has no origin; its scheme is a source of CSP just as well. */
function formTarget(redirectUri: string): string {
  const url = new URL(redirectUri)
  return url.origin === 'null' ? url.protocol : url.origin
}

function noticeOf(engine: Engine, code: ErrorCode): NativeMessage {
  return {
    type: 'ERROR',
    messageId: 'ABA-60003',
    message: engine.text(code, {}),
    i18nKey: `message.${code}`,
    context: [],
  }
}

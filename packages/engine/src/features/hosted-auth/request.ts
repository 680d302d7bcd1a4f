import type { FlowId } from '@cardea/protocol'
import { formFields, isId } from '@cardea/protocol'
import type { Engine } from '../../domain/engine.ts'
import type { Browser, FlowAnswer } from '../../domain/flow/index.ts'
import { authenticators, wireId } from '../../domain/flow/index.ts'
import type { Call } from '../../kernel/http/index.ts'
import { hostedErrors } from './errors.ts'
import { showOver } from './page.ts'

/** What a form of a step sent. */
export type Posted =
  | ({ readonly type: 'answer' } & FlowAnswer)
  | { readonly type: 'decision'; readonly version: number | undefined; readonly approve: boolean }

/** The flow a page or form is about, and the browser that asks. */
export async function readFlow(call: Call, engine: Engine): Promise<{ flow: FlowId; browser: Browser } | Response> {
  const id = call.params.flowId ?? call.query.get('flow')
  if (!isId('flow', id)) {
    const unknown = hostedErrors('flow.unknown')
    if (wantsJson(call.headers)) throw unknown
    return showOver(call, engine, unknown)
  }
  return { flow: id, browser: engine.flows.browser(call) }
}

/**
 * A form of ours, sent from a page of ours: the token is bound to cookie and flow, and where the browser says
 * where the request comes from, it is here.
 */
export function checkOrigin(
  { flow, browser, form, headers }: Pick<Call, 'form' | 'headers'> & { flow: FlowId; browser: Browser },
  engine: Engine,
): object {
  const origin = headers.get('origin')
  const site = headers.get('sec-fetch-site')
  // Our pages have no referrer, so a browser posts their forms with the origin `null` (Fetch §3.2).
  const isOwn = origin === null || origin === engine.publicUrl || (origin === 'null' && site === 'same-origin')
  const foreign = !isOwn || (site !== null && site !== 'same-origin')
  if (foreign || form.get(formFields.csrf) !== browser.csrf(flow)) throw hostedErrors('flow.csrf')
  return {}
}

/** Fields of the protocol, and the authenticator's own params beside them. */
export function readForm({ form }: Pick<Call, 'form'>, engine: Engine): { posted: Posted } {
  const version = versionOf(form.get(formFields.version))
  const decision = form.get(formFields.decision)
  if (decision !== undefined) return { posted: { type: 'decision', version, approve: decision === 'approve' } }
  const id = form.get(formFields.authenticatorId)
  if (id === undefined) throw hostedErrors('request.missing_parameter', { name: formFields.authenticatorId })
  const known = [...engine.contributed(authenticators)].find(([, authenticator]) => wireId(authenticator) === id)
  if (!known) throw hostedErrors('flow.authenticator_unknown')
  const own = new Set<string>(Object.values(formFields))
  const params = Object.fromEntries([...form].filter(([name]) => !own.has(name)))
  return { posted: { type: 'answer', version, authenticator: known[0], params } }
}

function versionOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined
}

/** Whether the page's script asked, rather than the form itself. */
export function wantsJson(headers: Headers): boolean {
  return (headers.get('accept') ?? '').includes('application/json')
}

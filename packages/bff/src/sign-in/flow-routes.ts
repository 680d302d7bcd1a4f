import type { BffFlowAnswer } from '@cardea/protocol'
import { formFields, zBffFlowAnswer, zBffFlowStart } from '@cardea/protocol'
import { json, problem, redirect, redirectAsApp, refuse } from '../request/answer.ts'
import { isForm, readForm, readJson } from '../request/body.ts'
import type { Exchange } from '../request/exchange.ts'
import { pathOfApp, withError } from '../request/return-to.ts'
import { isOwnCall, isOwnForm, refuseForeign } from '../request/same-origin.ts'
import type { Services } from '../services.ts'
import type { KeptFlow } from './kept-flow.ts'
import { formSubject, versionFor } from './kept-flow.ts'
import { answerFlow, startFlow } from './native.ts'

/** `POST {base}/flow` */
export async function flowRoute(services: Services, exchange: Exchange): Promise<Response> {
  if (!isOwnCall(exchange.request, services.settings.origin)) return refuseForeign(services.settings, exchange)
  const body = await readJson(exchange, zBffFlowStart)
  if ('problem' in body) return refuse(exchange, body.status, body.problem)
  const { answer, status } = await startFlow(services, exchange, body.value)
  return json(answer, status)
}

async function byScript(services: Services, exchange: Exchange): Promise<Response> {
  if (!isOwnCall(exchange.request, services.settings.origin)) return refuseForeign(services.settings, exchange)
  const body = await readJson(exchange, zBffFlowAnswer)
  if ('problem' in body) return refuse(exchange, body.status, body.problem)
  const flow = await services.flows.find(exchange.cookies, body.value.version)
  if (!flow) return refuse(exchange, 400, problem('flow.unknown'))
  const { answer, status } = await answerFlow(services, exchange, flow, body.value)
  return json(answer, status)
}

const own = new Set<string>(Object.values(formFields))

/** The path of the page that holds the form. */
function pageOf({ settings }: Services, { request }: Exchange): string {
  const referrer = request.headers.get('referer')
  const url = referrer && URL.canParse(referrer) ? new URL(referrer) : undefined
  const path = url?.origin === settings.origin ? pathOfApp(settings, url.pathname + url.search) : undefined
  return path ?? settings.home
}

function answerOf(fields: ReadonlyMap<string, string>, version: number): BffFlowAnswer {
  const params = Object.fromEntries([...fields].filter(([name]) => !own.has(name)))
  const authenticatorId = fields.get(formFields.authenticatorId) ?? ''
  return { version, authenticatorId, ...(Object.keys(params).length > 0 && { params }) }
}

async function formFlow(
  services: Services,
  exchange: Exchange,
  fields: ReadonlyMap<string, string>,
): Promise<KeptFlow | undefined> {
  const version = Number(fields.get(formFields.version))
  const flow = Number.isSafeInteger(version) ? await services.flows.find(exchange.cookies, version) : undefined
  if (!flow || versionFor(flow) !== version) return undefined
  const token = fields.get(formFields.csrf)
  return (await services.seals.verifyToken(formSubject(flow), token)) ? flow : undefined
}

/** Without JavaScript: every outcome is a 303 to a page that shows it. */
async function byForm(services: Services, exchange: Exchange): Promise<Response> {
  if (!isOwnForm(exchange.request, services.settings.origin)) return refuseForeign(services.settings, exchange)
  const body = await readForm(exchange)
  if ('problem' in body) return refuse(exchange, body.status, body.problem)
  const flow = await formFlow(services, exchange, body.value)
  if (!flow) return redirect(withError(pageOf(services, exchange), 'flow.superseded'))
  const page = flow.page ?? pageOf(services, exchange)
  const given = answerOf(body.value, versionFor(flow))
  const { answer } = await answerFlow(services, exchange, { ...flow, page }, given)
  switch (answer.status) {
    case 'step':
      return redirect(page)
    case 'signed-in':
      return answer.adoptUrl === undefined ? redirect(answer.returnTo) : redirectAsApp(answer.adoptUrl)
    case 'redirect':
      return redirect(answer.url)
    case 'failed':
      return redirect(withError(page, answer.error.reason))
  }
}

/** `POST {base}/flow/step`: JSON of the app's script, or a plain form. */
export const stepRoute = (services: Services, exchange: Exchange): Promise<Response> =>
  isForm(exchange) ? byForm(services, exchange) : byScript(services, exchange)

import type { AuthorizationRequest } from '../../domain/authorization/index.ts'
import { sendAnswer } from '../../domain/authorization/index.ts'
import type { Client } from '../../domain/client/index.ts'
import type { Engine } from '../../domain/engine.ts'
import { doors } from '../../domain/flow/index.ts'
import type { LiveSession } from '../../domain/session/index.ts'
import { agreementOf } from '../../domain/token/index.ts'
import type { Call } from '../../kernel/http/index.ts'
import { redirect } from '../../kernel/http/index.ts'
import { errorAnswer } from './answer.ts'
import type { Parameters } from './client.ts'
import { codeEnding, isUnprovable } from './ending.ts'
import { readableBy } from './report.ts'

interface Asked {
  readonly call: Call
  readonly client: Client
  readonly request: AuthorizationRequest
  readonly direct: boolean
  readonly proven: boolean
  readonly session: LiveSession | undefined
}

/** A request line of 8,000 octets is what everybody on the way should take (RFC 9112 §3). */
const longestAddress = 7_900

/** The browser's SSO session; an app without cookies names one by the `isk` of an earlier ID token. */
export async function findSession(
  { call, params, direct }: { call: Call; params: Parameters; direct: boolean },
  engine: Engine,
): Promise<{ session: LiveSession | undefined } | Response> {
  const secret = engine.sessions.cookie.read(call.cookies)
  if (call.method === 'POST' && !direct && secret === undefined) {
    // The cookies (Lax) do not come with another site's POST; they do with the GET this becomes.
    const asked = `${engine.publicUrl}/oauth2/authorize?${new URLSearchParams([...params])}`
    if (asked.length <= longestAddress) return redirect(asked)
  }
  const isk = direct ? params.get('sessionId') : undefined
  const session =
    (secret === undefined ? undefined : await engine.sessions.findBySecret(secret)) ??
    (isk === undefined ? undefined : await engine.sessions.findByIsk(isk))
  return { session }
}

/** Answers at once where that is possible or demanded (`prompt=none`), else opens the door to a sign-in. */
export async function signIn(asked: Asked, engine: Engine): Promise<Response> {
  const { call, client, request, direct, session } = asked
  if (request.prompt.includes('none')) {
    const missing = await whatIsMissing(engine, client, request, session)
    if (missing) return refused(engine, asked, missing)
  }
  const door = engine.contributed(doors).get(direct ? 'native' : 'hosted')
  if (!door) throw new Error(`no feature opens the door '${direct ? 'native' : 'hosted'}'`)
  const bound = door.bind(engine, call, client)
  const outcome = await engine.flows.start({
    kind: 'sign-in',
    client,
    ending: codeEnding,
    request,
    binding: bound.binding,
    session,
    from: engine.flows.visitor(call, reportedBy(asked)),
  })
  if (request.prompt.includes('none') && outcome.type === 'open') return refused(engine, asked, 'interaction_required')
  const response = await door.open(engine, call, client, outcome, bound)
  return direct ? readableBy(asked, response) : response
}

type Missing = 'login_required' | 'interaction_required' | 'consent_required'

/** OIDC Core §3.1.2.6: why a request that allows no page cannot be answered. */
async function whatIsMissing(
  engine: Engine,
  client: Client,
  request: AuthorizationRequest,
  session: LiveSession | undefined,
): Promise<Missing | undefined> {
  if (!session || (request.hintedSubject !== undefined && request.hintedSubject !== session.account)) {
    return 'login_required'
  }
  if (!(await engine.flows.satisfies({ client, request, session }))) {
    const { maxAge } = request
    const recent = session.factors.some(({ at }) => maxAge === undefined || engine.now() - at <= maxAge * 1000)
    return recent && maxAge !== 0 ? 'interaction_required' : 'login_required'
  }
  if (isUnprovable(client, request)) return 'consent_required'
  const { names } = await agreementOf(engine, request, client)
  return (await engine.grants.needsConsent(client, session.owner.account, names)) ? 'consent_required' : undefined
}

function refused(engine: Engine, asked: Asked, missing: Missing): Response {
  const answer = errorAnswer(engine, asked.request, missing, `authorization.${missing}`)
  const response = sendAnswer(engine, answer)
  return asked.direct ? readableBy(asked, response) : response
}

/** Whom a backend speaks for is believed from a client that has proven itself, and from nobody else. */
function reportedBy({ call, proven }: Asked): { address?: string; userAgent?: string } {
  const address = proven ? call.headers.get('cardea-client-address') : null
  const userAgent = proven ? call.headers.get('cardea-client-agent') : null
  return { ...(address !== null && { address }), ...(userAgent !== null && { userAgent }) }
}

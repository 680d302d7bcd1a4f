import { hash } from 'node:crypto'
import type { ApiEnrolment, zEnrolmentAnswer, zEnrolmentStart } from '@cardea/protocol'
import type { z } from 'zod'
import { apiErrors, factorView, time } from '../../domain/api/index.ts'
import type { Engine } from '../../domain/engine.ts'
import type { Authenticator, Ceremony, Prompt } from '../../domain/flow/index.ts'
import { authenticators } from '../../domain/flow/index.ts'
import { isFailure } from '../../kernel/errors.ts'
import type { Json } from '../../kernel/events/index.ts'
import type { Call } from '../../kernel/http/call.ts'
import { json } from '../../kernel/http/index.ts'
import { factorsOf } from './factors.ts'
import type { Self } from './self.ts'
import { reauthenticationRequired } from './self.ts'
import type { Enrolment } from './store.ts'
import { consumeEnrolment, keepEnrolment, startEnrolment } from './store.ts'

const lifetime = 10 * 60_000
const mostAttempts = 5
const sealContext = 'enrolment'

/** An authenticator that people can add by themselves. */
type Enrolling = Authenticator & Required<Pick<Authenticator, 'enrol'>>

/** Starts adding a factor; bound to the account and the session, so that nobody else can finish it. */
export async function startEnrolling({
  org,
  account,
  session,
  acting,
  token,
  json: body,
}: Call & Self): Promise<Response> {
  const { authenticator: name } = body as z.infer<typeof zEnrolmentStart>
  const authenticator = enrolling(acting, name)
  if (!session) throw reauthenticationRequired()
  const ceremony = await ceremonyOf(acting, { org, account }, token?.clientId)
  const { prompt, state } = await authenticator.enrol.prompt(ceremony)
  const id = acting.random(32)
  const expiresAt = acting.now() + lifetime
  const sealed = await acting.seal(JSON.stringify(state), sealContext)
  await acting.store.unit((unit) =>
    startEnrolment(unit, org, {
      id_hash: sha256(id),
      account: account.id,
      session,
      authenticator: name,
      state: sealed,
      attempts: 0,
      expires_at: expiresAt,
    }),
  )
  const answer: ApiEnrolment = {
    id,
    authenticator: name,
    expiresAt: time(expiresAt),
    params: paramsOf(prompt),
    data: { ...prompt.data },
  }
  return json(answer, 201)
}

/** Takes the enrolment before it is verified, so that of parallel answers one is judged. */
export async function claimEnrolment({
  org,
  account,
  session,
  acting,
  params,
}: Call & Self): Promise<{ enrolment: Enrolment }> {
  const idHash = sha256(params.enrolmentId ?? '')
  const enrolment = session
    ? await acting.store.unit((unit) => consumeEnrolment(unit, org, { idHash, account: account.id, session }))
    : undefined
  if (!enrolment || enrolment.expires_at <= acting.now()) throw apiErrors('api.enrolment_over')
  return { enrolment }
}

export async function finishEnrolling(state: Call & Self & { enrolment: Enrolment }): Promise<Response> {
  const { org, account, session, acting, enrolment, token, json: body } = state
  const { params, name } = body as z.infer<typeof zEnrolmentAnswer>
  const authenticator = enrolling(acting, enrolment.authenticator)
  const before = new Set((await factorsOf(acting, account)).map(({ factor }) => factor.id))
  const ceremony: Ceremony = {
    ...(await ceremonyOf(acting, { org, account }, token?.clientId)),
    // Other sessions may rest on what was replaced (ASVS 7.4.3).
    replaced: async (unit) => {
      await acting.grants.revokeAll(unit, org, account.id, session)
      await acting.sessions.endAll(unit, org, account.id, session)
    },
  }
  const kept: Json = JSON.parse(await acting.open(enrolment.state, sealContext))
  const verdict = await authenticator.enrol.verify(ceremony, params, kept).catch(async (thrown) => {
    // A refusal comes before anything is judged or written. Of any other failure nobody knows what it has left.
    if (isFailure(thrown)) await acting.store.unit((unit) => keepEnrolment(unit, org, enrolment))
    throw thrown
  })
  if (verdict.type === 'again') throw apiErrors('api.enrolment_over')
  if (verdict.type === 'rejected') {
    const attempts = enrolment.attempts + 1
    const next = verdict.restart
      ? await acting.seal(JSON.stringify(verdict.restart.state), sealContext)
      : enrolment.state
    if (attempts < mostAttempts)
      await acting.store.unit((unit) => keepEnrolment(unit, org, { ...enrolment, state: next, attempts }))
    throw verdict.failure
  }
  const mine = (await factorsOf(acting, account)).filter(({ factor }) => factor.authenticator === authenticator.id)
  // What there can only be one of was replaced.
  const added = mine.find(({ factor }) => !before.has(factor.id)) ?? mine.at(-1)
  if (!added) throw apiErrors('api.conflict', { kind: 'factor', field: 'authenticator' })
  const renamed = name !== undefined && (await authenticator.rename?.(acting, org, account.id, added.factor.id, name))
  return json(factorView(renamed ? { ...added.factor, name } : added.factor, authenticator), 201)
}

function enrolling(engine: Engine, name: string): Enrolling {
  const authenticator = engine.contributed(authenticators).get(name)
  if (!authenticator?.enrol || authenticator.proves === 'identity')
    throw apiErrors('api.not_found', { kind: 'authenticator' })
  return { ...authenticator, enrol: authenticator.enrol }
}

async function ceremonyOf(
  engine: Engine,
  { org, account }: Pick<Self, 'org' | 'account'>,
  clientId: string | undefined,
): Promise<Ceremony> {
  const client = clientId === undefined ? undefined : await engine.clients.find(clientId)
  return {
    engine,
    org,
    subject: { type: 'account', account },
    origins: [engine.publicUrl, ...(client?.origins ?? [])],
    locale: account.locale ?? 'en',
  }
}

function paramsOf(prompt: Prompt): string[] {
  if (prompt.type === 'fields' || prompt.type === 'choice') return prompt.fields.map((field) => field.param)
  return prompt.type === 'wait' ? [] : [...prompt.requiredParams]
}

function sha256(text: string): string {
  return hash('sha256', text, 'base64url')
}

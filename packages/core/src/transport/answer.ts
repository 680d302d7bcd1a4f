import type { FlowAnswer } from '@cardea/protocol'

const statuses = ['step', 'signed-in', 'redirect', 'failed']

type Body = Partial<FlowAnswer> & Partial<Record<'reason' | 'code' | 'description' | 'traceId', unknown>>

const isFlowAnswer = (body: Body): body is FlowAnswer => statuses.includes(String(body.status))

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

/** The answer in a response; a door that refused before it reached the flow answers with an error of its own. */
export async function readFlowAnswer(response: Response): Promise<FlowAnswer> {
  const body: Body = (await response.json().catch(() => undefined)) ?? {}
  if (isFlowAnswer(body)) return body
  const reason = text(body.reason) || text(body.code) || 'request.internal'
  return {
    status: 'failed',
    error: { code: reason, reason, description: text(body.description), traceId: text(body.traceId) },
  }
}

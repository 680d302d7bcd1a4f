import type { FlowAnswer } from '@cardea/protocol'

const statuses = new Set(['step', 'signed-in', 'redirect', 'failed'])

const isFlowAnswer = (body: unknown): body is FlowAnswer =>
  typeof body === 'object' && body !== null && 'status' in body && statuses.has(String(body.status))

const failed = (reason: string, traceId = '', description = ''): FlowAnswer => ({
  status: 'failed',
  error: { code: reason, reason, description, traceId },
})

const text = (body: object, name: string): string => {
  const value = (body as Record<string, unknown>)[name]
  return typeof value === 'string' ? value : ''
}

/** The answer in a response; a door that refused before it reached the flow answers with an error of its own. */
export async function readFlowAnswer(response: Response): Promise<FlowAnswer> {
  const body: unknown = await response.json().catch(() => undefined)
  if (isFlowAnswer(body)) return body
  if (typeof body !== 'object' || body === null) return failed('request.internal')
  return failed(
    text(body, 'reason') || text(body, 'code') || 'request.internal',
    text(body, 'traceId'),
    text(body, 'description'),
  )
}

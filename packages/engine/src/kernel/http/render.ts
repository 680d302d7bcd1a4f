import type { Failure } from '../errors.ts'
import { isFailure } from '../errors.ts'
import type { Kernel } from '../kernel.ts'
import type { Surface } from '../route.ts'
import type { Call } from './call.ts'
import { page } from './page.ts'
import { json } from './reply.ts'
import { requestErrors } from './values.ts'

type Texts = Pick<Kernel, 'text' | 'log' | 'pages' | 'frame' | 'random'>
type Asked = Pick<Call, 'traceId' | 'path' | 'headers' | 'query'>

/** Renders anything thrown as the route's surface shows errors. What is not an expected refusal is logged and becomes a bare 500. */
export function renderError(
  kernel: Texts,
  call: Asked,
  surface: Surface,
  thrown: unknown,
): Response | Promise<Response> {
  const failure = isFailure(thrown) ? thrown : unexpected(kernel, call, thrown)
  switch (surface) {
    case 'oauth':
      return oauthError(kernel, failure)
    case 'native':
      return nativeError(kernel, call, failure)
    case 'problem':
      return problem(kernel, call, failure)
    case 'page':
      // Drawing a page needs the host and the database, which may be what is broken.
      return errorPage(kernel, call, failure).catch((thrown: unknown) =>
        problem(kernel, call, unexpected(kernel, call, thrown)),
      )
  }
}

function unexpected(kernel: Texts, call: Asked, thrown: unknown): Failure {
  kernel.log('error', 'unexpected error', { traceId: call.traceId, path: call.path, error: thrown })
  return requestErrors('request.internal')
}

/** RFC 6749 §5.2. */
function oauthError(kernel: Texts, failure: Failure): Response {
  const body = {
    error: failure.definition.oauth ?? 'invalid_request',
    error_description: ascii(kernel.text(failure.code, failure.params)),
  }
  return json(body, failure.definition.status, failure.headers)
}

/** `error_description` is limited to printable ASCII without `"` and `\` (RFC 6749 §5.2). */
function ascii(text: string): string {
  return text.replace(/[^\x20-\x21\x23-\x5b\x5d-\x7e]/g, "'")
}

function nativeError(kernel: Texts, call: Asked, failure: Failure): Response {
  const { status } = failure.definition
  const body = {
    code: status === 401 ? '401' : (failure.definition.native ?? 'ABA-60001'),
    message: status === 401 ? 'Unauthorized' : failure.code,
    description: kernel.text(failure.code, failure.params),
    traceId: call.traceId,
    reason: failure.code,
  }
  return json(body, status, failure.headers)
}

/** RFC 9457. */
function problem(kernel: Texts, call: Asked, failure: Failure): Response {
  const body = {
    type: 'about:blank',
    title: failure.code,
    status: failure.definition.status,
    detail: kernel.text(failure.code, failure.params),
    code: failure.code,
    params: failure.params,
    traceId: call.traceId,
  }
  return json(body, failure.definition.status, { ...failure.headers, 'content-type': 'application/problem+json' })
}

function errorPage(kernel: Texts, call: Asked, failure: Failure): Promise<Response> {
  const { status } = failure.definition
  const params = Object.fromEntries(Object.entries(failure.params).map(([name, value]) => [name, String(value)]))
  return page(
    kernel,
    call,
    { page: 'error', status, code: failure.code, params, traceId: call.traceId },
    { status, headers: failure.headers },
  )
}

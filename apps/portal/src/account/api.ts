import { errorText } from '../pages/error-text.ts'

/** An answer of the self-service API, or what a person is told instead. */
export type Answer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly code: string; readonly text: string }

export type Call = <T>(
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  body?: object,
  init?: Pick<RequestInit, 'keepalive'>,
) => Promise<Answer<T>>

/** Calls `/api/v1/me…` through the page's own backend, which adds the token. `silence`: the text when nobody answers. */
export function createCall(fetch: (path: string, init?: RequestInit) => Promise<Response>, silence: string): Call {
  return async <T>(
    method: string,
    path: string,
    body?: object,
    init: Pick<RequestInit, 'keepalive'> = {},
  ): Promise<Answer<T>> => {
    const json = body ? { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } } : {}
    const response = await fetch(`/me${path}`, { method, ...json, ...init }).catch(() => undefined)
    if (!response) return { ok: false, code: 'network', text: silence }
    const content: unknown = response.status === 204 ? undefined : await response.json().catch(() => undefined)
    // The shape is the API's contract; a test of the engine holds it to its schema.
    if (response.ok) return { ok: true, value: content as T }
    const problem = isProblem(content) ? content : { code: 'request.internal', params: {} }
    // RFC 9470 §3 answers 401 to somebody who is signed in: only the sign-in is too old.
    const isSignedOut = response.status === 401 && problem.code !== 'api.reauthentication_required'
    return failure(isSignedOut ? 'signed-out' : problem.code, problem.params ?? {})
  }
}

const failure = (code: string, params: Readonly<Record<string, unknown>>) =>
  ({ ok: false, code, text: errorText(code, params) }) as const

function isProblem(content: unknown): content is { code: string; params?: Record<string, unknown> } {
  return typeof content === 'object' && content !== null && 'code' in content && typeof content.code === 'string'
}

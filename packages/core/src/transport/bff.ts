import type { BffFlowAnswer, BffFlowStart, BffSession, BffSignOut, FlowAnswer } from '@cardea/protocol'
import { bffPaths, csrfHeader } from '@cardea/protocol/constants'
import { given } from '../given.ts'
import type { Runtime } from '../runtime.ts'
import { browserRuntime } from '../runtime.ts'
import { readFlowAnswer } from './answer.ts'
import type { Transport } from './transport.ts'

export interface BffOptions {
  /** Where the app mounts its backend-for-frontend. Default `/auth`. */
  basePath?: string
  runtime?: Runtime
}

const query = (values: object): string => {
  const text = String(new URLSearchParams({ ...given(values) }))
  return text && `?${text}`
}

/** Speaks with the app's own backend-for-frontend: no token ever reaches the page. */
export function bff({ basePath = '/auth', runtime = browserRuntime() }: BffOptions = {}): Transport {
  const base = basePath.replace(/\/+$/, '')
  const call = (path: string, init: RequestInit = {}) => {
    const headers = new Headers(init.headers)
    headers.set(csrfHeader, '1')
    return runtime.fetch(base + path, { credentials: 'same-origin', ...init, headers })
  }
  const post = (path: string, body: object) =>
    call(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify(body),
    })
  const step = async (path: string, body: object): Promise<FlowAnswer> => readFlowAnswer(await post(path, body))
  const read = async <T>(response: Response): Promise<T> => {
    if (!response.ok) throw new Error(`${response.status} from ${base}`)
    return response.json()
  }
  return {
    base,
    session: async () =>
      read<BffSession>(await call(bffPaths.session, { headers: { accept: 'application/json' }, cache: 'no-store' })),
    signOut: async (returnTo) => read<BffSignOut>(await post(bffPaths.signOut, returnTo ? { returnTo } : {})),
    loginUrl: (options: BffFlowStart) => base + bffPaths.login + query(options),
    signOutUrl: base + bffPaths.signOut,
    fetch: (path, init) => call(bffPaths.api + path, init),
    flow: {
      start: (options) => step(bffPaths.flow, options),
      answer: ({ version, authenticatorId = '', params }) =>
        step(bffPaths.step, { version, authenticatorId, ...(params && { params }) } satisfies BffFlowAnswer),
    },
  }
}

import type { z } from 'zod'
import type { Engine } from '../../domain/engine.ts'
import type { Method, Route } from '../../kernel/route.ts'

type Own = Pick<Route<Engine>, 'summary' | 'steps'> & Partial<Pick<Route<Engine>, 'query' | 'response' | 'status'>>

/** A route of the Admin API; reading needs `{subject}:read`, everything else `{subject}:write`. */
export function admin(subject: string, method: Method, path: string, route: Own, body?: z.ZodType): Route<Engine> {
  return {
    method,
    path: `/api/v1${path}`,
    access: { type: 'token', scopes: [`${subject}:${method === 'GET' ? 'read' : 'write'}`] },
    surface: 'problem',
    body: body ? { type: 'json', schema: body } : { type: 'none' },
    ...route,
  }
}

import { zListQuery } from '@cardea/protocol'
import type { z } from 'zod'
import type { Call } from '../../kernel/http/call.ts'
import type { PageRequest } from '../page.ts'
import { apiErrors } from './errors.ts'

const defaultLimit = 25

/** Query parameters as the route's schema reads them; the router has checked them against the same one. */
export function queryOf<T extends z.ZodType>(call: Call, schema: T): z.infer<T> {
  const parsed = schema.safeParse(Object.fromEntries(call.query))
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw apiErrors('request.invalid_parameter', {
    name: String(issue?.path[0] ?? 'query'),
    reason: issue?.message ?? 'is invalid',
  })
}

export function pageRequest(call: Call): PageRequest {
  const { limit = defaultLimit, after, search } = queryOf(call, zListQuery)
  return { limit, ...(after === undefined ? {} : { after }), ...(search ? { search } : {}) }
}

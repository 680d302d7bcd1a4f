import { zApi, zApiCreate, zApiPatch, zListQuery, zPage } from '@cardea/protocol'
import { administrator } from '../../domain/api/index.ts'
import type { Engine } from '../../domain/engine.ts'
import { steps } from '../../kernel/pipeline.ts'
import type { Route } from '../../kernel/route.ts'
import { changeApi, createApi, deleteApi, findApi, listApis, showApi } from './apis.ts'
import { admin } from './declare.ts'

const api = '/apis/:apiId'

export const apiRoutes: readonly Route<Engine>[] = [
  admin('apis', 'GET', '/apis', {
    summary: 'List and search APIs',
    query: zListQuery,
    response: zPage(zApi),
    steps: steps(administrator, listApis),
  }),
  admin(
    'apis',
    'POST',
    '/apis',
    { summary: 'Register an API', status: 201, response: zApi, steps: steps(administrator, createApi) },
    zApiCreate,
  ),
  admin('apis', 'GET', api, { summary: 'Get an API', response: zApi, steps: steps(administrator, findApi, showApi) }),
  admin(
    'apis',
    'PATCH',
    api,
    { summary: 'Change an API', response: zApi, steps: steps(administrator, findApi, changeApi) },
    zApiPatch,
  ),
  admin('apis', 'DELETE', api, {
    summary: 'Delete an API; nobody gets tokens for it any more',
    status: 204,
    steps: steps(administrator, findApi, deleteApi),
  }),
]

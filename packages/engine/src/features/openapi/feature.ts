import type { Engine } from '../../domain/engine.ts'
import { defineFeature } from '../../kernel/feature.ts'
import type { Call } from '../../kernel/http/index.ts'
import { json } from '../../kernel/http/index.ts'
import { steps } from '../../kernel/pipeline.ts'
import { describeApi } from './document.ts'
import { referencePage } from './page.ts'

export const openapiFeature = defineFeature<Engine>({
  id: 'openapi',
  routes: [
    {
      method: 'GET',
      path: '/openapi.json',
      summary: 'The API as an OpenAPI 3.1 document',
      access: { type: 'public' },
      surface: 'problem',
      body: { type: 'none' },
      cors: 'any',
      steps: steps(serveDocument),
    },
    {
      method: 'GET',
      path: '/openapi',
      summary: 'The API reference as a page',
      access: { type: 'public' },
      surface: 'page',
      body: { type: 'none' },
      steps: steps(servePage),
    },
  ],
})

function serveDocument(_: Call, engine: Engine): Response {
  return json(describeApi(engine))
}

function servePage(_: Call, engine: Engine): Response {
  return referencePage(engine, describeApi(engine))
}

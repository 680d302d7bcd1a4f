import type { Engine } from '../../domain/engine.ts'
import { steps } from '../../kernel/pipeline.ts'
import type { Body, Route } from '../../kernel/route.ts'
import { checkRedirect, findClient, readParameters } from './client.ts'
import { findSession, signIn } from './decide.ts'
import { reporting } from './report.ts'
import { parseRequest } from './request.ts'

const route = (method: 'GET' | 'POST', body: Body): Route<Engine> => ({
  method,
  path: '/oauth2/authorize',
  summary: 'Signs a person in and gives the app a code',
  access: { type: 'public' },
  surface: 'page',
  body,
  steps: steps(
    readParameters,
    reporting(findClient),
    reporting(checkRedirect),
    reporting(parseRequest),
    findSession,
    reporting(signIn),
  ),
})

export const routes: readonly Route<Engine>[] = [route('GET', { type: 'none' }), route('POST', { type: 'form' })]

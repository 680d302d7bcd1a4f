import {
  zActivity,
  zConnectedApp,
  zEnrolment,
  zEnrolmentAnswer,
  zEnrolmentStart,
  zFactor,
  zFactorPatch,
  zFactors,
  zMe,
  zMePatch,
  zMySession,
  zPage,
  zPasswordChange,
  zSessionsEnded,
  zTrailQuery,
} from '@cardea/protocol'
import { z } from 'zod'
import type { Engine } from '../../domain/engine.ts'
import { steps } from '../../kernel/pipeline.ts'
import type { Method, Route } from '../../kernel/route.ts'
import { listActivity } from './activity.ts'
import { listApps, revokeApp } from './apps.ts'
import { claimEnrolment, finishEnrolling, startEnrolling } from './enrolment.ts'
import { listFactors, ownFactor, removeFactor, renameFactor } from './factors.ts'
import { changePassword } from './password.ts'
import { changeProfile, showProfile } from './profile.ts'
import { recentlyProven, self } from './self.ts'
import { endOtherSessions, endSession, listSessions } from './sessions.ts'

type Own = Pick<Route<Engine>, 'summary' | 'steps'> & Partial<Pick<Route<Engine>, 'query' | 'response' | 'status'>>

/** A route below `/api/v1/me` for apps' origins; reading needs `me:read`, everything else `me:write`. */
function me(method: Method, path: string, route: Own, body?: z.ZodType): Route<Engine> {
  return {
    method,
    path: `/api/v1/me${path}`,
    access: { type: 'token', scopes: [method === 'GET' ? 'me:read' : 'me:write'] },
    surface: 'problem',
    body: body ? { type: 'json', schema: body } : { type: 'none' },
    cors: 'apps',
    ...route,
  }
}

export const routes: readonly Route<Engine>[] = [
  me('GET', '', { summary: 'Your profile', response: zMe, steps: steps(self, showProfile) }),
  me('PATCH', '', { summary: 'Change your profile', response: zMe, steps: steps(self, changeProfile) }, zMePatch),
  me(
    'PUT',
    '/password',
    {
      summary: 'Change your password; every other session ends',
      response: zSessionsEnded,
      steps: steps(self, changePassword),
    },
    zPasswordChange,
  ),
  me('GET', '/sessions', {
    summary: 'Where you are signed in',
    response: z.object({ items: z.array(zMySession) }),
    steps: steps(self, listSessions),
  }),
  me('DELETE', '/sessions', {
    summary: 'Sign out everywhere else',
    response: zSessionsEnded,
    steps: steps(self, endOtherSessions),
  }),
  me('DELETE', '/sessions/:sessionId', {
    summary: 'Sign out one session',
    status: 204,
    steps: steps(self, endSession),
  }),
  me('GET', '/factors', {
    summary: 'Your ways to sign in',
    response: zFactors,
    steps: steps(self, listFactors),
  }),
  me(
    'POST',
    '/factors/enrolments',
    {
      summary: 'Start adding a way to sign in; needs a sign-in of the last ten minutes',
      status: 201,
      response: zEnrolment,
      steps: steps(self, recentlyProven, startEnrolling),
    },
    zEnrolmentStart,
  ),
  me(
    'POST',
    '/factors/enrolments/:enrolmentId',
    {
      summary: 'Finish adding a way to sign in',
      status: 201,
      response: zFactor,
      steps: steps(self, claimEnrolment, finishEnrolling),
    },
    zEnrolmentAnswer,
  ),
  me(
    'PATCH',
    '/factors/:factorId',
    { summary: 'Name a way to sign in', response: zFactor, steps: steps(self, ownFactor, renameFactor) },
    zFactorPatch,
  ),
  me('DELETE', '/factors/:factorId', {
    summary: 'Remove a way to sign in; needs a sign-in of the last ten minutes',
    status: 204,
    steps: steps(self, recentlyProven, ownFactor, removeFactor),
  }),
  me('GET', '/apps', {
    summary: 'Apps you have let in',
    response: z.object({ items: z.array(zConnectedApp) }),
    steps: steps(self, listApps),
  }),
  me('DELETE', '/apps/:appId', {
    summary: 'Take an app’s access away',
    status: 204,
    steps: steps(self, revokeApp),
  }),
  me('GET', '/activity', {
    summary: 'What happened to your account, newest first',
    query: zTrailQuery,
    response: zPage(zActivity),
    steps: steps(self, listActivity),
  }),
]

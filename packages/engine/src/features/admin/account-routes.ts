import {
  zAccount,
  zAccountCreate,
  zAccountPatch,
  zFactor,
  zListQuery,
  zPage,
  zSession,
  zSessionsEnded,
} from '@cardea/protocol'
import { z } from 'zod'
import { administrator } from '../../domain/api/index.ts'
import type { Engine } from '../../domain/engine.ts'
import { steps } from '../../kernel/pipeline.ts'
import type { Route } from '../../kernel/route.ts'
import {
  changeAccount,
  createAccount,
  deleteAccount,
  disableAccount,
  enableAccount,
  findAccount,
  listAccounts,
  showAccount,
} from './accounts.ts'
import { admin } from './declare.ts'
import { listFactors, removeFactor } from './factors.ts'
import { endSession, endSessions, listSessions } from './sessions.ts'

const one = '/accounts/:accountId'

export const accountRoutes: readonly Route<Engine>[] = [
  admin('accounts', 'GET', '/accounts', {
    summary: 'List and search accounts',
    query: zListQuery,
    response: zPage(zAccount),
    steps: steps(administrator, listAccounts),
  }),
  admin(
    'accounts',
    'POST',
    '/accounts',
    { summary: 'Create an account', status: 201, response: zAccount, steps: steps(administrator, createAccount) },
    zAccountCreate,
  ),
  admin('accounts', 'GET', one, {
    summary: 'Get an account',
    response: zAccount,
    steps: steps(administrator, findAccount, showAccount),
  }),
  admin(
    'accounts',
    'PATCH',
    one,
    { summary: 'Change an account', response: zAccount, steps: steps(administrator, findAccount, changeAccount) },
    zAccountPatch,
  ),
  admin('accounts', 'DELETE', one, {
    summary: 'Delete an account with its sessions and grants',
    status: 204,
    steps: steps(administrator, findAccount, deleteAccount),
  }),
  admin('accounts', 'POST', `${one}/disable`, {
    summary: 'Disable an account: it is signed out everywhere and cannot sign in',
    response: zAccount,
    steps: steps(administrator, findAccount, disableAccount),
  }),
  admin('accounts', 'POST', `${one}/enable`, {
    summary: 'Enable an account again',
    response: zAccount,
    steps: steps(administrator, findAccount, enableAccount),
  }),
  admin('accounts', 'GET', `${one}/factors`, {
    summary: 'List an account’s ways to sign in',
    response: z.object({ items: z.array(zFactor) }),
    steps: steps(administrator, findAccount, listFactors),
  }),
  admin('accounts', 'DELETE', `${one}/factors/:factorId`, {
    summary: 'Remove one of an account’s ways to sign in; its sessions end',
    status: 204,
    steps: steps(administrator, findAccount, removeFactor),
  }),
  admin('sessions', 'GET', `${one}/sessions`, {
    summary: 'List an account’s sessions',
    response: z.object({ items: z.array(zSession) }),
    steps: steps(administrator, findAccount, listSessions),
  }),
  admin('sessions', 'DELETE', `${one}/sessions`, {
    summary: 'Sign an account out everywhere',
    response: zSessionsEnded,
    steps: steps(administrator, findAccount, endSessions),
  }),
  admin('sessions', 'DELETE', '/sessions/:sessionId', {
    summary: 'End one session',
    status: 204,
    steps: steps(administrator, endSession),
  }),
]

import {
  zApp,
  zAppCreate,
  zAppCreated,
  zAppPatch,
  zAppSecret,
  zListQuery,
  zOrganization,
  zOrganizationCreate,
  zOrganizationPatch,
  zPage,
} from '@cardea/protocol'
import { administrator } from '../../domain/api/index.ts'
import type { Engine } from '../../domain/engine.ts'
import { steps } from '../../kernel/pipeline.ts'
import type { Route } from '../../kernel/route.ts'
import { addSecret, changeApp, createApp, deleteApp, findApp, listApps, removeSecret, showApp } from './apps.ts'
import { admin } from './declare.ts'
import {
  changeOrganization,
  createOrganization,
  findOrganization,
  listOrganizations,
  showOrganization,
} from './organizations.ts'

const app = '/apps/:appId'
const organization = '/organizations/:organizationId'

export const appRoutes: readonly Route<Engine>[] = [
  admin('apps', 'GET', '/apps', {
    summary: 'List and search apps',
    query: zListQuery,
    response: zPage(zApp),
    steps: steps(administrator, listApps),
  }),
  admin(
    'apps',
    'POST',
    '/apps',
    {
      summary: 'Register an app; its secret is shown this once',
      status: 201,
      response: zAppCreated,
      steps: steps(administrator, createApp),
    },
    zAppCreate,
  ),
  admin('apps', 'GET', app, { summary: 'Get an app', response: zApp, steps: steps(administrator, findApp, showApp) }),
  admin(
    'apps',
    'PATCH',
    app,
    { summary: 'Change an app', response: zApp, steps: steps(administrator, findApp, changeApp) },
    zAppPatch,
  ),
  admin('apps', 'DELETE', app, {
    summary: 'Delete an app; its grants end',
    status: 204,
    steps: steps(administrator, findApp, deleteApp),
  }),
  admin('apps', 'POST', `${app}/secrets`, {
    summary: 'Add a secret, shown this once; the one before stays valid',
    status: 201,
    response: zAppSecret,
    steps: steps(administrator, findApp, addSecret),
  }),
  admin('apps', 'DELETE', `${app}/secrets/:secretId`, {
    summary: 'Remove a secret',
    status: 204,
    steps: steps(administrator, findApp, removeSecret),
  }),
  admin('organizations', 'GET', '/organizations', {
    summary: 'List the organizations directly below',
    query: zListQuery,
    response: zPage(zOrganization),
    steps: steps(administrator, listOrganizations),
  }),
  admin(
    'organizations',
    'POST',
    '/organizations',
    {
      summary: 'Create an organization below',
      status: 201,
      response: zOrganization,
      steps: steps(administrator, createOrganization),
    },
    zOrganizationCreate,
  ),
  admin('organizations', 'GET', organization, {
    summary: 'Get the own organization or one directly below',
    response: zOrganization,
    steps: steps(administrator, findOrganization, showOrganization),
  }),
  admin(
    'organizations',
    'PATCH',
    organization,
    {
      summary: 'Change the own organization or one directly below',
      response: zOrganization,
      steps: steps(administrator, findOrganization, changeOrganization),
    },
    zOrganizationPatch,
  ),
]

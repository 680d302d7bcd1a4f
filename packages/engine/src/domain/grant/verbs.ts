import type { Engine } from '../engine.ts'
import { answerGrant } from './answer.ts'
import { issueCode, readCode, redeemCode, redeemGranted } from './code.ts'
import { deleteConsents, findConsent, listConsents, writeConsent } from './consent-store.ts'
import type { Grants } from './index.ts'
import { refresh, refreshGranted } from './refresh.ts'
import { hashToken, readRefreshToken } from './refresh-token.ts'
import { endGrants } from './revoke.ts'
import { findGrant, toGrant } from './store.ts'

export function createGrants(engine: Engine): Grants {
  const { store } = engine

  return {
    issueCode: (unit, request) => issueCode(engine, unit, request),
    redeemCode: (client, redemption) => redeemCode(engine, client, redemption),
    redeemGranted: (client, redemption, resource) => redeemGranted(engine, client, redemption, resource),
    refresh: (client, token) => refresh(engine, client, token),
    refreshGranted: (client, token, resource) => refreshGranted(engine, client, token, resource),
    answer: (request) => answerGrant(engine, request),
    find: async (id) => {
      const row = await findGrant(store, id)
      return row && row.revoked_at === null ? toGrant(row) : undefined
    },
    findByCode: async (code) => {
      const id = readCode(code)
      const row = id && (await findGrant(store, id))
      if (!row || row.code_hash !== hashToken(code) || row.code_used_at !== null) return undefined
      return row.revoked_at === null && row.code_expires_at > engine.now() ? toGrant(row) : undefined
    },
    findByRefreshToken: async (token) => {
      const id = readRefreshToken(engine, token)
      const row = id && (await findGrant(store, id))
      if (!row || row.revoked_at !== null || row.expires_at <= engine.now()) return undefined
      return { grant: toGrant(row), newest: row.refresh_hash === hashToken(token) }
    },
    isLive: async (org, id) => {
      const row = await findGrant(store, id)
      return row?.org_id === org && row.revoked_at === null
    },
    needsConsent: async (client, account, scope) => {
      if (client.firstParty) return false
      const consent = await findConsent(store, account.org, account.id, client.id)
      return !scope.every((name) => consent?.scope.includes(name))
    },
    rememberConsent: async (unit, client, account, scope) => {
      const before = await findConsent(unit, account.org, account.id, client.id)
      const agreed = [...new Set([...(before?.scope ?? []), ...scope])]
      await writeConsent(unit, account.org, account.id, { client: client.id, scope: agreed, grantedAt: engine.now() })
      await unit.emit({
        type: 'consent.granted',
        org: account.org,
        actor: { type: 'account', id: account.id },
        target: client.id,
        data: { clientId: client.clientId, account: account.id, scope },
      })
    },
    consents: (org, account) => listConsents(store, org, account),
    revokeConsent: async (unit, org, account, client) => {
      const known = await deleteConsents(unit, org, account, client)
      const ended = await endGrants(engine, unit, org, { account, client }, 'consent_revoked')
      if (!known && ended === 0) return false
      await unit.emit({
        type: 'consent.revoked',
        org,
        actor: { type: 'account', id: account },
        target: client,
        data: { account },
      })
      return true
    },
    revoke: async (unit, org, id, reason) => {
      await endGrants(engine, unit, org, { id }, reason)
    },
    revokeBound: async (unit, org, session) => {
      await endGrants(engine, unit, org, { session, bound: true }, 'session_ended')
    },
    revokeSession: async (unit, org, session) => {
      await endGrants(engine, unit, org, { session }, 'session_ended')
    },
    revokeAll: async (unit, org, account, exceptSession) => {
      await endGrants(engine, unit, org, { account, exceptSession }, 'all_revoked')
    },
  }
}

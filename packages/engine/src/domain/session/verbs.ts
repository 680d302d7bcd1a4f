import { hash } from 'node:crypto'
import type { OrganizationId, SessionId } from '@cardea/protocol'
import { isId } from '@cardea/protocol'
import { cookieJar } from '../../kernel/http/index.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import type { Unit } from '../../kernel/store/index.ts'
import type { Flows } from '../flow/index.ts'
import type { Grants } from '../grant/index.ts'
import type { Sessions } from './index.ts'
import { absoluteLifetime, isOver, ticketLifetime, touchEvery } from './lifetime.ts'
import type { LiveSession, Session } from './session.ts'
import {
  consumeTicket,
  deleteSession,
  findByIskHash,
  findBySecretHash,
  findSession,
  insertParticipant,
  insertSession,
  joinBrowser,
  listBrowser,
  listParticipants,
  listSessions,
  renewSession,
  touchSession,
} from './store.ts'

const cookieName = 'cardea_session'

const sha256 = (text: string): string => hash('sha256', text, 'base64url')

export function createSessions(
  kernel: Pick<Kernel, 'store' | 'now' | 'random' | 'mac' | 'seal' | 'open' | 'publicUrl'> & {
    readonly flows: Pick<Flows, 'endAll'>
    readonly grants: Pick<Grants, 'revokeBound'>
  },
): Sessions {
  const { store, now, random, mac } = kernel
  const jar = cookieJar(kernel.publicUrl)
  const iskOf = (id: SessionId) => mac(id, 'isk')

  const used = async (session: LiveSession | undefined): Promise<LiveSession | undefined> => {
    const at = now()
    if (!session || isOver(session, at)) return undefined
    if (at - session.lastUsedAt > touchEvery) await store.unit((unit) => touchSession(unit, session, at))
    return session
  }

  const endOne = async (unit: Unit, org: OrganizationId, id: SessionId) => {
    const gone = await deleteSession(unit, org, id)
    if (!gone) return undefined
    await kernel.grants.revokeBound(unit, org, id)
    await unit.emit({
      type: 'session.ended',
      org,
      actor: { type: 'system' },
      target: id,
      session: id,
      data: { account: gone.account, participants: gone.participants },
    })
    return gone
  }

  return {
    findBySecret: async (secret) => used(await findBySecretHash(store, sha256(secret))),
    findByIsk: async (isk) => used(await findByIskHash(store, sha256(isk))),

    async find(org, id) {
      const session = await findSession(store, org, id)
      return session && !isOver(session, now()) ? session : undefined
    },

    async create(unit, given) {
      const at = now()
      const id: SessionId = `ses_${random(16)}`
      const secret = random(32)
      const isk = iskOf(id)
      const session: Session = {
        id,
        org: given.org,
        account: given.account,
        startedBy: given.startedBy,
        factors: given.factors,
        createdAt: at,
        lastUsedAt: at,
        expiresAt: at + absoluteLifetime,
        userAgent: given.userAgent?.slice(0, 400),
        address: given.address,
        iskHash: sha256(isk),
      }
      await insertSession(unit, session, sha256(secret))
      await unit.emit({
        type: 'session.created',
        org: given.org,
        actor: { type: 'account', id: given.account },
        target: id,
        session: id,
        data: { account: given.account, authenticators: given.factors.map((factor) => factor.authenticator) },
      })
      return { session, secret, isk }
    },

    async renew(unit, org, id, factors) {
      const secret = random(32)
      const session = await renewSession(unit, org, id, { factors, secretHash: sha256(secret), at: now() })
      if (!session) return undefined
      await unit.emit({
        type: 'session.renewed',
        org,
        actor: { type: 'account', id: session.account },
        target: id,
        session: id,
        data: { account: session.account, authenticators: factors.map((factor) => factor.authenticator) },
      })
      return { session, secret }
    },

    async shareBrowser(unit, session, beside) {
      await joinBrowser(unit, session, beside.id)
    },

    isk: iskOf,
    async addParticipant(unit, session, clientId) {
      if (session.startedBy !== clientId) await insertParticipant(unit, session, clientId)
    },

    async participants(org, id) {
      const session = await findSession(store, org, id)
      return session ? [session.startedBy, ...(await listParticipants(store, org, id))] : []
    },

    async list(org, account) {
      const at = now()
      return (await listSessions(store, org, account)).filter((session) => !isOver(session, at))
    },

    async end(unit, org, id) {
      const gone = await endOne(unit, org, id)
      if (!gone) return []
      const ended = [id]
      for (const beside of gone.browser ? await listBrowser(unit, org, gone.browser) : []) {
        if (await endOne(unit, org, beside)) ended.push(beside)
      }
      return ended
    },

    async endAll(unit, org, account, except) {
      // First: a flow that finishes before this has its session in the list, one that comes later is over.
      await kernel.flows.endAll(unit, org, account)
      let ended = 0
      for (const session of await listSessions(unit, org, account)) {
        if (session.id !== except && (await endOne(unit, org, session.id))) ended++
      }
      return ended
    },

    ticket: (session, client) =>
      kernel.seal([session.org, session.id, client, random(16), now() + ticketLifetime].join(' '), 'adopt-ticket'),

    async redeem(ticket) {
      const opened = await kernel.open(ticket, 'adopt-ticket').catch(() => '')
      const [org, id, client, nonce, expires] = opened.split(' ')
      const expiresAt = Number(expires)
      if (!isId('organization', org) || !isId('session', id) || !isId('client', client) || !nonce) return undefined
      if (!(expiresAt > now())) return undefined
      const consumed = await store.unit((unit) => consumeTicket(unit, org, nonce, expiresAt))
      return consumed ? { org, session: id, client } : undefined
    },

    cookie: {
      read: (cookies) => jar.read(cookies, cookieName),
      set: (secret) => jar.set(cookieName, secret, absoluteLifetime / 1000),
      clear: () => jar.clear(cookieName),
    },
  }
}

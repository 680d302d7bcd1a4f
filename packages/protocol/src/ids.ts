import { z } from 'zod'

/** The prefixes of Cardea's identifiers; an id of one kind is not assignable to another. */
export const idPrefixes = {
  organization: 'org',
  account: 'usr',
  client: 'app',
  resource: 'api',
  session: 'ses',
  grant: 'grt',
  flow: 'flw',
  factor: 'fac',
  key: 'key',
  event: 'evt',
  message: 'msg',
} as const

export type IdKind = keyof typeof idPrefixes

/** `usr_…`: a prefix, an underscore, then letters, digits, `-` or `_`. */
export type Id<K extends IdKind> = `${(typeof idPrefixes)[K]}_${string}`

export type OrganizationId = Id<'organization'>
export type AccountId = Id<'account'>
export type ClientId = Id<'client'>
export type ResourceId = Id<'resource'>
export type SessionId = Id<'session'>
export type GrantId = Id<'grant'>
export type FlowId = Id<'flow'>
export type FactorId = Id<'factor'>
export type KeyId = Id<'key'>
export type EventId = Id<'event'>
export type MessageId = Id<'message'>

const tail = /^[A-Za-z0-9_-]{1,80}$/

/** Whether `value` is an id of that kind: the right prefix and a tail of 1 to 80 URL-safe characters. */
export function isId<K extends IdKind>(kind: K, value: unknown): value is Id<K> {
  const prefix = `${idPrefixes[kind]}_`
  return typeof value === 'string' && value.startsWith(prefix) && tail.test(value.slice(prefix.length))
}

/** A schema that accepts ids of one kind. */
export function zId<K extends IdKind>(kind: K) {
  return z.custom<Id<K>>((value) => isId(kind, value), { error: `must be an id that starts with ${idPrefixes[kind]}_` })
}

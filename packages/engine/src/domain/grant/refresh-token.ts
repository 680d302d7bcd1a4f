import { createCipheriv, createDecipheriv, hash, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto'
import type { GrantId } from '@cardea/protocol'
import { isId } from '@cardea/protocol'
import type { Kernel } from '../../kernel/kernel.ts'

/** A code or refresh token as it is stored. */
export function hashToken(token: string): string {
  return hash('sha256', token, 'base64url')
}

/**
 * `grant.random.mac`: it names its grant, and the mac says that we made it, so that every old token of a family
 * is recognised without keeping a row for each, and a made-up one cannot kill a family.
 */
export function makeRefreshToken(kernel: Pick<Kernel, 'random' | 'mac'>, grant: GrantId): string {
  const body = `${grant}.${kernel.random(32)}`
  return `${body}.${kernel.mac(body, 'refresh-token')}`
}

/** The grant a refresh token of ours names; `undefined` for anything else. */
export function readRefreshToken(kernel: Pick<Kernel, 'mac'>, token: string): GrantId | undefined {
  const end = token.lastIndexOf('.')
  const body = token.slice(0, Math.max(end, 0))
  const grant = body.slice(0, Math.max(body.indexOf('.'), 0))
  if (!isId('grant', grant) || token.length > 300) return undefined
  const expected = Buffer.from(kernel.mac(body, 'refresh-token'))
  const presented = Buffer.from(token.slice(end + 1))
  return expected.length === presented.length && timingSafeEqual(expected, presented) ? grant : undefined
}

/** Seals a refresh token so that only who holds the one before it can read it. */
export function sealSuccessor(previous: string, successor: string): string {
  const iv = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', successorKey(previous), iv)
  const sealed = Buffer.concat([cipher.update(successor, 'utf8'), cipher.final()])
  return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64url')
}

export function openSuccessor(previous: string, sealed: string): string {
  const bytes = Buffer.from(sealed, 'base64url')
  const decipher = createDecipheriv('aes-256-gcm', successorKey(previous), bytes.subarray(0, 12))
  decipher.setAuthTag(bytes.subarray(12, 28))
  return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8')
}

function successorKey(previous: string): Buffer {
  return Buffer.from(hkdfSync('sha256', previous, 'cardea', 'refresh-token-successor', 32))
}

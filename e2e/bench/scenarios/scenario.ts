import type { Unit } from '../load.ts'

/** A server under load and how its endpoints are called. */
export interface Target {
  readonly origin: string
  readonly paths: {
    readonly authorize: string
    readonly token: string
    readonly introspection: string
    readonly native?: string
  }
  readonly clientId: string
  readonly clientSecret: string
  readonly redirectUri: string
  /** Who can sign in. */
  readonly people: readonly { readonly username: string; readonly password: string }[]
  /** Cookie header of a browser that is signed in. */
  readonly cookie: () => Promise<string>
  /** Parameters that ask for the same API token everywhere. */
  readonly resource: string
  /** The API whose tokens this server introspects. */
  readonly introspectedResource: string
}

/** Prepares what is not measured, and gives what is. */
export type Scenario = (target: Target) => Promise<Unit>

export function basic(target: Target): Record<string, string> {
  const credentials = Buffer.from(`${target.clientId}:${target.clientSecret}`).toString('base64')
  return { authorization: `Basic ${credentials}`, 'content-type': 'application/x-www-form-urlencoded' }
}

export function encode(parameters: Record<string, string>): string {
  return new URLSearchParams(parameters).toString()
}

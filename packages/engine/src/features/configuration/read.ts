import type { CardeaConfig } from '@cardea/protocol'
import {
  zAccountConfig,
  zApiConfig,
  zAppConfig,
  zCardeaConfig,
  zOrganizationConfig,
  zPolicyStep,
} from '@cardea/protocol'
import type { z } from 'zod'
import { closest } from './closest.ts'
import { checkReferences } from './references.ts'

/** A configuration that cannot be used; the message has a line for each wrong value, with its path. */
export type Reading =
  | { readonly config: CardeaConfig; readonly problems?: undefined }
  | { readonly problems: readonly string[] }

/** Checks what a configuration file holds: `apps[1].redirectUris[0]: must be an absolute https URL`. */
export function readConfiguration(value: unknown): Reading {
  const parsed = zCardeaConfig.safeParse(value)
  if (!parsed.success) return { problems: parsed.error.issues.flatMap((issue) => explain(issue, [])) }
  const problems = checkReferences(parsed.data)
  return problems.length > 0 ? { problems } : { config: parsed.data }
}

type Issue = z.core.$ZodIssue

function explain(issue: Issue, above: readonly PropertyKey[]): string[] {
  const path = [...above, ...issue.path]
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknown(key, path))
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    // The alternative that got furthest is the one that was meant.
    const [meant] = [...issue.errors].sort((a, b) => depth(b) - depth(a))
    if (meant) return meant.flatMap((inner) => explain(inner, path))
  }
  if (issue.code === 'invalid_type' && issue.message.endsWith('received undefined'))
    return [`${show(path)}: is missing`]
  return [`${show(path)}: ${issue.message}`]
}

function depth(issues: readonly Issue[]): number {
  return Math.max(...issues.map((issue) => issue.path.length + (issue.code === 'invalid_type' ? 0 : 0.5)))
}

const members: Readonly<Record<string, readonly string[]>> = {
  '': Object.keys(zCardeaConfig.shape),
  organizations: Object.keys(zOrganizationConfig.shape),
  apis: Object.keys(zApiConfig.shape),
  apps: Object.keys(zAppConfig.shape),
  accounts: Object.keys(zAccountConfig.shape),
  policies: ['steps', ...Object.keys(zPolicyStep.shape)],
}

function unknown(key: string, path: readonly PropertyKey[]): string {
  const meant = closest(key, members[String(path[0] ?? '')] ?? [])
  return `${show([...path, key])}: is not a known member${meant ? ` (did you mean ${meant}?)` : ''}`
}

/** `apps[1].redirectUris[0]` */
function show(path: readonly PropertyKey[]): string {
  const text = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('')
  return text.replace(/^\./, '') || 'configuration'
}

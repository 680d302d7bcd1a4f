import type { Branding, OrganizationId } from '@cardea/protocol'
import type { SignInPolicy } from '../flow/index.ts'

/** A tenant. The root has no parent; every row of every table belongs to one organization. */
export interface Organization {
  readonly id: OrganizationId
  readonly parent: OrganizationId | undefined
  /** URL-safe and unique: `northwind`. */
  readonly handle: string
  readonly name: string
  readonly branding: Branding | undefined
  /** Who may sign in with what; an app may have its own. */
  readonly signInPolicy: SignInPolicy | undefined
}

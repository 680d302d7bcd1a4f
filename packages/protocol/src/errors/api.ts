/** The Admin API, the self-service API and the configuration file. */
export interface ApiErrors {
  'api.not_found': { kind: string }
  'api.conflict': { kind: string; field: string }
  'api.invalid': { field: string; reason: string }
  'api.forbidden': Record<never, never>
  'api.reauthentication_required': Record<never, never>
  'api.last_factor': Record<never, never>
  'api.enrolment_over': Record<never, never>
  'api.current_password_wrong': Record<never, never>
}

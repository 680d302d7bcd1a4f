import { tokenErrors } from './errors.ts'

/** RFC 6749 §6: the scope of a refresh may be smaller than what was granted, never wider. */
export function narrowScope(granted: readonly string[], asked: readonly string[]): readonly string[] {
  const wider = asked.find((name) => !granted.includes(name))
  if (wider !== undefined) throw tokenErrors('authorization.scope_invalid', { scope: wider.slice(0, 100) })
  return asked.length > 0 ? asked : granted
}

/** RFC 8707 §2.2: a subset of the resources that were granted; any that the scope allows where none was named. */
export function narrowResources(granted: readonly string[], asked: readonly string[]): readonly string[] {
  if (granted.length === 0) return asked
  const other = asked.find((identifier) => !granted.includes(identifier))
  if (other !== undefined) throw tokenErrors('authorization.target_invalid', { resource: other.slice(0, 200) })
  return asked.length > 0 ? asked : granted
}

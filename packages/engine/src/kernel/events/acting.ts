import type { Unit } from '../store/store.ts'
import type { Actor, Origin } from './event.ts'

/**
 * The same unit, whose events say who asked for it and by which request. Verbs emit as `system` what they do not
 * know the cause of; an actor they do know is kept.
 */
export function actingUnit(unit: Unit, actor: Actor, origin: Origin): Unit {
  return {
    ...unit,
    emit: (event) =>
      unit.emit({
        ...event,
        actor: event.actor.type === 'system' ? actor : event.actor,
        origin: event.origin ?? origin,
      }),
  }
}

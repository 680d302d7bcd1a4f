/**
 * A named place that one folder owns and others contribute to: grants of the token endpoint, members of the
 * metadata document, checks of the authorization endpoint. Contributions are keyed; a key taken twice is an
 * error when the engine is made.
 */
export interface Slot<V> {
  readonly name: string
  /** Never set; carries the type of the contributions. */
  readonly type?: V
}

/** One feature's entries for one slot. */
export interface Contribution {
  readonly slot: string
  readonly entries: ReadonlyMap<string, unknown>
}

/** Reads what all features contributed to a slot, in the order of the preset. */
export type Contributed = <V>(slot: Slot<V>) => ReadonlyMap<string, V>

/** Declares a slot. The folder that calls this documents it in its README. */
export function defineSlot<V>(name: string): Slot<V> {
  return { name }
}

/** Entries for a slot, for a feature's `contributes`. */
export function contribute<V>(slot: Slot<V>, entries: Record<string, NoInfer<V>>): Contribution {
  return { slot: slot.name, entries: new Map(Object.entries(entries)) }
}

/** Joins all contributions; throws when two features use the same key of one slot. */
export function gather(contributions: Iterable<Contribution>): Contributed {
  const slots = new Map<string, Map<string, unknown>>()
  for (const { slot, entries } of contributions) {
    const joined = slots.get(slot) ?? new Map<string, unknown>()
    for (const [key, value] of entries) {
      if (joined.has(key)) throw new Error(`${slot}: '${key}' is contributed twice`)
      joined.set(key, value)
    }
    slots.set(slot, joined)
  }
  // The key of `slots` fixes the type: only `contribute` fills it, with the slot's own type.
  return <V>(slot: Slot<V>) => (slots.get(slot.name) ?? new Map()) as ReadonlyMap<string, V>
}

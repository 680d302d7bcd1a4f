import type { Condition, Fact, Facts } from './condition.ts'

/** Whether `condition` holds for these facts. Pure; reads own members only, so no path leads out of the facts. */
export function evaluate(condition: Condition, facts: Facts): boolean {
  if ('all' in condition) return condition.all.every((one) => evaluate(one, facts))
  if ('any' in condition) return condition.any.some((one) => evaluate(one, facts))
  if ('not' in condition) return !evaluate(condition.not, facts)
  const fact = factAt(condition.field, facts)
  switch (condition.operator) {
    case 'exists':
      return fact !== undefined
    case 'equals':
      return fact === condition.value
    case 'not_equals':
      return fact !== condition.value
    case 'in':
      return condition.value.some((value) => value === fact)
    case 'not_in':
      return !condition.value.some((value) => value === fact)
    case 'contains':
      if (typeof fact === 'string') return typeof condition.value === 'string' && fact.includes(condition.value)
      return isList(fact) && fact.some((member) => member === condition.value)
    case 'starts_with':
      return typeof fact === 'string' && fact.startsWith(condition.value)
    case 'ends_with':
      return typeof fact === 'string' && fact.endsWith(condition.value)
    case 'greater_than':
      return typeof fact === 'number' && fact > condition.value
    case 'less_than':
      return typeof fact === 'number' && fact < condition.value
  }
}

function isList(fact: Fact): fact is readonly Fact[] {
  return Array.isArray(fact)
}

function factAt(field: string, facts: Facts): Fact {
  let current: Fact = facts
  for (const name of field.split('.')) {
    if (typeof current !== 'object' || isList(current) || !Object.hasOwn(current, name)) return undefined
    current = current[name]
  }
  return current
}

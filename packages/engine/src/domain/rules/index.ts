export type { Condition, Fact, Facts } from './condition.ts'
export { evaluate } from './evaluate.ts'

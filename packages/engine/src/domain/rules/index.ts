export type { Condition, Facts } from './condition.ts'
export { evaluate } from './evaluate.ts'

export { applyConfiguration } from './apply.ts'
export { readConfiguration } from './read.ts'

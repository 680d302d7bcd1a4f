export type * from './request.ts'
export { sendAnswer } from './send.ts'

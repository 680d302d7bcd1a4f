export type * from './request.ts'
export { remainingResources, requestedResources, requestedScope, words } from './scope.ts'
export { answerUrl, sendAnswer } from './send.ts'
export { authorizationChecks, discoveryMetadata } from './slots.ts'

export { actingUnit } from './acting.ts'
export { createDispatcher } from './dispatcher.ts'
export type { Actor, Event, Json, NewEvent, Origin } from './event.ts'

export type { Delivery, Subscriber } from './subscriber.ts'

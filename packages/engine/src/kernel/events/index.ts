export type { Actor, Event, Json, NewEvent } from './event.ts'
export type { Delivery, Subscriber, Subscription } from './subscriber.ts'

export type { SignInFlow, SignInParts } from './flow.ts'
export { createSignIn } from './flow.ts'
export { reduceSignIn } from './reducer.ts'
export type {
  Effect,
  Fault,
  FlowFailure,
  Pending,
  SignInEvent,
  SignInOptions,
  SignInState,
  StepState,
} from './state.ts'
export { signInView } from './view.ts'
export type { ActionView, FieldView, SignInView, StepKind, StepView, ViewContext } from './view-types.ts'

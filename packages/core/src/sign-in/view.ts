import type { Message } from '../text.ts'
import { plain } from '../text.ts'
import { typedParams } from './problems.ts'
import type { FlowFailure, SignInState } from './state.ts'
import { stepView } from './step-view.ts'
import type { SignInView, StepView, ViewContext } from './view-types.ts'

/** While the page is being left, the last step stays, busy: nothing flashes. */
const leaving = (view: StepView): StepView => ({
  ...view,
  busy: true,
  ...(view.primary && { primary: { ...view.primary, busy: !view.options.some(({ busy }) => busy) } }),
})

const failureText = ({ code, params, description }: FlowFailure): Message =>
  code === 'network'
    ? plain('error.network')
    : { key: 'error', code, params: typedParams(params), fallback: description || undefined }

/** What sign-in shows in a state. */
export function signInView(state: SignInState, context: ViewContext): SignInView {
  switch (state.type) {
    case 'idle':
    case 'loading':
      return { type: 'loading' }
    case 'step':
      return stepView(state, context)
    case 'redirect':
      return state.from ? leaving(stepView(state.from, context)) : { type: 'loading' }
    case 'done':
      return state.from ? leaving(stepView(state.from, context)) : { type: 'done', heading: plain('signIn.done') }
    case 'failed': {
      const { traceId } = state.failure
      return {
        type: 'failed',
        heading: plain('signIn.failed'),
        message: failureText(state.failure),
        ...(traceId && { reference: { key: 'signIn.reference', params: { id: traceId } } }),
        restart: { label: plain('signIn.startAgain'), event: { type: 'start' } },
      }
    }
  }
}

import { plain } from '../text.ts'
import { failureText } from './problems.ts'
import type { SignInState } from './state.ts'
import { stepView } from './step-view.ts'
import type { SignInView, StepView, ViewContext } from './view-types.ts'

/** While the page is being left, the last step stays, busy: nothing flashes. */
function leaving(view: StepView): StepView {
  const { primary, options, deny, skip, resend, person } = view
  const others = [...options, deny, skip, resend, person?.change]
  return {
    ...view,
    busy: true,
    ...(primary && { primary: { ...primary, busy: !others.some((other) => other?.busy) } }),
  }
}

/** What sign-in shows in a state. */
export function signInView(state: SignInState, context: ViewContext): SignInView {
  switch (state.type) {
    case 'idle':
    case 'loading':
      return { type: 'loading' }
    case 'step':
      return stepView(state, context)
    case 'redirect':
    case 'done':
      if (state.from) return leaving(stepView(state.from, context))
      return state.type === 'done' ? { type: 'done', heading: plain('signIn.done') } : { type: 'loading' }
    case 'failed': {
      const { traceId } = state.failure
      return {
        type: 'failed',
        heading: plain('signIn.failed'),
        message: failureText(state.failure),
        ...(traceId && { reference: { key: 'signIn.reference', params: { id: traceId } } }),
        focus: `${context.prefix}-heading`,
        restart: { label: plain('signIn.startAgain'), event: { type: 'start' } },
      }
    }
  }
}

import type { StepForm } from '@cardea/protocol'
import { csrfHeader, formFields } from '@cardea/protocol/constants'
import type { Runtime } from '../runtime.ts'
import { browserRuntime } from '../runtime.ts'
import { readFlowAnswer } from './answer.ts'
import type { FlowTransport, StepAnswer } from './transport.ts'

/** The fields of a step's plain form, hidden ones included. */
export const formEntries = (answer: StepAnswer): Record<string, string> => ({
  ...(answer.csrf && { [formFields.csrf]: answer.csrf }),
  [formFields.version]: String(answer.version),
  ...(answer.authenticatorId && { [formFields.authenticatorId]: answer.authenticatorId }),
  ...(answer.decision && { [formFields.decision]: answer.decision }),
  ...answer.params,
})

/** Speaks with a page's form door: the same post as the plain form, answered as JSON. */
export function flowDoor(form: Pick<StepForm, 'action' | 'csrf'>, runtime: Runtime = browserRuntime()): FlowTransport {
  return {
    answer: async (answer) =>
      readFlowAnswer(
        await runtime.fetch(form.action, {
          method: 'POST',
          credentials: 'same-origin',
          headers: { accept: 'application/json', [csrfHeader]: '1' },
          body: new URLSearchParams(formEntries({ ...answer, csrf: answer.csrf ?? form.csrf })),
        }),
      ),
  }
}

import type { FlowAnswer, NativeMessage } from '@cardea/protocol'
import { errorOf } from '../request/return-to.ts'

/** For languages that do not know the code. */
const unknown = 'The sign-in could not go on. Try again.'

/** The answer with what the form door sent the page back with, told as part of its step. */
export function withPageError(answer: FlowAnswer, url: URL): FlowAnswer {
  const code = errorOf(url)
  if (answer.status !== 'step' || code === undefined) return answer
  const told: NativeMessage = {
    type: 'ERROR',
    messageId: 'ABA-60001',
    message: unknown,
    i18nKey: `message.${code}`,
    context: [],
  }
  return { ...answer, step: { ...answer.step, messages: [...answer.step.messages, told] } }
}

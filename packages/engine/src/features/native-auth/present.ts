import type { NativeAuthenticator, NativeComplete, NativeIncomplete, NativeStep } from '@cardea/protocol'
import type { Client } from '../../domain/client/index.ts'
import type { Engine } from '../../domain/engine.ts'
import type { FlowOutcome } from '../../domain/flow/index.ts'

/** Where the next answer goes; clients always post to the link. */
export const answerPath = '/oauth2/authn'

/** An outcome in the shapes of wso2-contracts §1.2 and §1.3. `client` when the call authenticated it. */
export async function present(
  engine: Engine,
  outcome: FlowOutcome,
  client: Client | undefined,
): Promise<NativeIncomplete | NativeComplete> {
  if (outcome.type === 'finished')
    return { flowStatus: 'SUCCESS_COMPLETED', authData: await authData(engine, outcome, client) }
  return {
    flowId: outcome.flow.id,
    // A refused answer is HTTP 200: the flow goes on (§1.2, `FAIL_INCOMPLETE`).
    flowStatus: outcome.retry ? 'FAIL_INCOMPLETE' : 'INCOMPLETE',
    flowType: 'AUTHENTICATION',
    nextStep: stepShape(outcome.step),
    links: [{ name: 'authentication', href: `${engine.publicUrl}${answerPath}`, method: 'POST' }],
    version: outcome.flow.version,
  }
}

/**
 * Every parameter the redirect would have carried, errors too (§1.3): a refusal by policy is a completed flow whose
 * `authData.error` says why. A client that proved itself also gets the browser's ticket to the session.
 */
async function authData(
  engine: Engine,
  { answer, session }: Extract<FlowOutcome, { type: 'finished' }>,
  client: Client | undefined,
): Promise<Record<string, string>> {
  if (!client || !session) return { ...answer.params }
  return { ...answer.params, adopt_ticket: await engine.sessions.ticket(session, client.id) }
}

/** One option is `AUTHENTICATOR_PROMPT`, several are `MULTI_OPTIONS_PROMPT` (§1.2). */
function stepShape(step: NativeStep): NativeStep {
  return { ...step, authenticators: step.authenticators.map(optionShape) }
}

/** `promptType`, `params` and `requiredParams` are there only when the option can be answered (§1.2). */
function optionShape({ requiredParams, ...option }: NativeAuthenticator): NativeAuthenticator {
  return option.metadata.promptType === undefined || !requiredParams ? option : { ...option, requiredParams }
}

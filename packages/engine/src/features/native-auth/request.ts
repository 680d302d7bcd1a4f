import type { FlowId, NativeAnswer } from '@cardea/protocol'
import { isId, zNativeAnswer } from '@cardea/protocol'
import type { Client } from '../../domain/client/index.ts'
import type { Engine } from '../../domain/engine.ts'
import type { FlowAnswer, Visitor } from '../../domain/flow/index.ts'
import { authenticators, wireId } from '../../domain/flow/index.ts'
import type { Call } from '../../kernel/http/index.ts'
import { nativeErrors } from './errors.ts'

/** The answer a call carries; its client is told apart from the step's own params. */
export function readAnswer(call: Call, engine: Engine): { call: Call; flow: FlowId; answer: FlowAnswer } {
  // The router has validated the body against the route's schema.
  const { flowId, version, selectedAuthenticator, ...credentials } = zNativeAnswer.parse(call.json)
  if (!isId('flow', flowId)) throw nativeErrors('flow.unknown')
  const { authenticatorId, params = {} } = selectedAuthenticator
  const form = new Map(Object.entries(credentials).filter((entry): entry is [string, string] => entry[1] !== undefined))
  return {
    call: { ...call, form },
    flow: flowId,
    answer: { version, authenticator: nameOf(engine, authenticatorId), params: plainParams(params) },
  }
}

/** base64url of exactly `name:idp`, as the engine emits it. */
function nameOf(engine: Engine, id: string): string {
  for (const [name, authenticator] of engine.contributed(authenticators)) if (wireId(authenticator) === id) return name
  throw nativeErrors('flow.authenticator_unknown')
}

type Params = NonNullable<NativeAnswer['selectedAuthenticator']['params']>

/** `OTPCode` is what the published SDK sends for the `OTPcode` it is shown (wso2-contracts §1.5). */
function plainParams(params: Params): Readonly<Record<string, string>> {
  const named = Object.entries(params).map(
    ([name, value]) =>
      [name === 'OTPCode' ? 'OTPcode' : name, typeof value === 'string' ? value : value.join(' ')] as const,
  )
  return Object.fromEntries(named)
}

/**
 * A call that authenticates its client is bound to it and may say whose browser it speaks for. One without is taken
 * from the contract's SDKs: the handle is its proof, and it speaks for nobody else.
 */
export async function identifyCaller(
  { call }: { call: Call },
  engine: Engine,
): Promise<{ client: Client | undefined; visitor: Visitor }> {
  const address = call.headers.get('cardea-client-address')
  const userAgent = call.headers.get('cardea-client-agent')
  const speaksForOthers = address !== null || userAgent !== null
  if (!speaksForOthers && !call.headers.has('authorization') && !engine.clients.presents(call)) {
    return { client: undefined, visitor: engine.flows.visitor(call) }
  }
  const { client, method } = await engine.clients.authenticate(call)
  const proven = method !== 'none'
  return {
    client: proven ? client : undefined,
    visitor: engine.flows.visitor(call, {
      ...(proven && address !== null ? { address } : {}),
      ...(proven && userAgent !== null ? { userAgent } : {}),
    }),
  }
}

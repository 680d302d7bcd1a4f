import type { ConsentPrompt, NativeAuthenticator, NativeMessage, NativeStep } from '@cardea/protocol'
import type { Client } from '../client/index.ts'
import type { Engine } from '../engine.ts'
import { agreementOf } from '../token/index.ts'
import { applies } from './advance.ts'
import type { Authenticator, Prompt } from './authenticator.ts'
import type { Driven } from './drive.ts'
import type { FlowRecord } from './flow.ts'
import { authenticatorOf, ceremonyOf } from './situation.ts'

const provider = 'LOCAL'

/** The name an authenticator has on the app-native wire. */
export function wireId(authenticator: Pick<Authenticator, 'id' | 'wire'>): string {
  return Buffer.from(`${authenticator.wire?.name ?? authenticator.id}:${provider}`).toString('base64url')
}

/** What a person sees now, in the words of the app-native wire; every door renders it. */
export async function stepOf(engine: Engine, driven: Driven): Promise<NativeStep> {
  const { record, next } = driven
  const messages = messagesOf(engine, record)
  const shared = { messages, ...(record.identifier ? { identifier: record.identifier } : {}), ...progressOf(driven) }
  if (next.type === 'consent') {
    const consent = await consentOf(engine, driven)
    return { stepType: 'CONSENT', authenticators: [], ...shared, ...(consent ? { consent } : {}) }
  }
  if (next.type !== 'prove' && next.type !== 'enrol') {
    return { stepType: 'AUTHENTICATOR_PROMPT', authenticators: [], ...shared }
  }
  const options = next.options.flatMap((name) => authenticatorOf(engine, name) ?? [])
  const enrolment = next.type === 'enrol'
  const more = enrolment ? { enrolment: 'true', ...(next.skippable ? { skippable: 'true' } : {}) } : undefined
  const { pending } = record
  const prompted = pending && options.find((option) => option.id === pending.authenticator)
  if (pending && prompted) {
    const others = options.filter((option) => option !== prompted)
    const alternatives = await Promise.all(others.map((option) => shown(engine, driven, option, more)))
    return {
      stepType: 'AUTHENTICATOR_PROMPT',
      authenticators: [withPrompt(prompted, pending.prompt, more)],
      ...shared,
      ...(alternatives.length > 0 ? { alternatives } : {}),
    }
  }
  const authenticators = await Promise.all(options.map((option) => shown(engine, driven, option, more)))
  return { stepType: options.length === 1 ? 'AUTHENTICATOR_PROMPT' : 'MULTI_OPTIONS_PROMPT', authenticators, ...shared }
}

/** Told after a proof and not before: how many steps there are may depend on the account. */
function progressOf({ record, next, situation }: Driven): Pick<NativeStep, 'progress'> {
  if (record.done.length === 0 || !('step' in next)) return {}
  const steps = record.policy.steps.filter((step) => applies(step, situation))
  const step = steps.findIndex(({ id }) => id === next.step) + 1
  return { progress: { step, of: steps.length } }
}

/** An option with its prompt when it can be answered at once, else only its name. */
async function shown(
  engine: Engine,
  driven: Driven,
  authenticator: Authenticator,
  more: Readonly<Record<string, string>> | undefined,
): Promise<NativeAuthenticator> {
  if (more || authenticator.starts) return named(authenticator, more ? { additionalData: more } : {})
  const ceremony = ceremonyOf(engine, driven.record, driven.client, driven.subject)
  const { prompt } = await authenticator.prompt(ceremony)
  return withPrompt(authenticator, prompt, more)
}

function named(
  authenticator: Authenticator,
  metadata: Omit<NativeAuthenticator['metadata'], 'i18nKey'>,
): NativeAuthenticator {
  return {
    authenticatorId: wireId(authenticator),
    authenticator: authenticator.wire?.displayName ?? authenticator.id,
    idp: provider,
    metadata: { i18nKey: authenticator.wire?.i18nKey ?? `authenticator.${authenticator.id}`, ...metadata },
  }
}

const promptTypes = {
  fields: 'USER_PROMPT',
  choice: 'USER_PROMPT',
  redirect: 'REDIRECTION_PROMPT',
  passkey: 'INTERNAL_PROMPT',
  wait: 'INTERNAL_PROMPT',
} as const

function withPrompt(
  authenticator: Authenticator,
  prompt: Prompt,
  more: Readonly<Record<string, string>> | undefined,
): NativeAuthenticator {
  const fields = 'fields' in prompt ? prompt.fields : []
  const data = { ...(prompt.type === 'redirect' ? { redirectUrl: prompt.url } : {}), ...prompt.data, ...more }
  const params = fields.map((field, index) => ({
    param: field.param,
    type: 'STRING' as const,
    order: field.order ?? index,
    i18nKey: field.i18nKey,
    displayName: field.displayName,
    confidential: field.confidential,
  }))
  return {
    ...named(authenticator, {
      promptType: promptTypes[prompt.type],
      ...(params.length > 0 ? { params } : {}),
      ...(Object.keys(data).length > 0 ? { additionalData: data } : {}),
    }),
    requiredParams: 'requiredParams' in prompt ? [...prompt.requiredParams] : fields.map((field) => field.param),
  }
}

function messagesOf(engine: Engine, { message }: FlowRecord): NativeMessage[] {
  if (!message) return []
  return [
    {
      type: message.type,
      messageId: message.type === 'ERROR' ? 'ABA-60003' : message.code,
      message: engine.text(message.code, message.params),
      i18nKey: `message.${message.code}`,
      context: Object.entries(message.params).map(([key, value]) => ({ key, value: String(value) })),
    },
  ]
}

async function consentOf(engine: Engine, { record, client, subject }: Driven): Promise<ConsentPrompt | undefined> {
  if (subject?.type !== 'account') return undefined
  const { account } = subject
  const { redirectUri, scope } = record.request
  const agreement = await agreementOf(engine, record.request, client)
  const scopes = await Promise.all(agreement.scopes.map((name) => describe(engine, client, name)))
  return {
    client: {
      name: client.name,
      ...(client.uri ? { host: new URL(client.uri).host } : {}),
      ...(client.logoUri ? { logoUri: client.logoUri } : {}),
      ...(client.policyUri ? { policyUri: client.policyUri } : {}),
      ...(client.tosUri ? { tosUri: client.tosUri } : {}),
    },
    account: { name: account.name ?? account.username, identifier: account.username },
    scopes,
    ...(agreement.apis.length > 0 ? { apis: [...agreement.apis] } : {}),
    redirectHost: new URL(redirectUri).host,
    offline: scope.includes('offline_access'),
  }
}

/** What an API says its scope allows; empty for the standard ones, whose words are the page's. */
async function describe(engine: Engine, client: Client, name: string): Promise<ConsentPrompt['scopes'][number]> {
  const [owner] = await engine.resources.owners(name, client.org)
  return { name, description: owner?.scopes.find((one) => one.name === name)?.description ?? '' }
}

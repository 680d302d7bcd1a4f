import type { NativeError, NativeStep } from '@cardea/protocol'

/** An answer of the app-native endpoints, as far as it can be told what it is. */
export type Native =
  | {
      readonly status: 'step'
      readonly flowId: string
      readonly version: number | undefined
      readonly step: NativeStep
      readonly retry: boolean
      /** Where the next answer goes; the one given when the link leads elsewhere than the identity provider. */
      readonly answerUrl: (current: string) => string
    }
  | { readonly status: 'complete'; readonly authData: Readonly<Record<string, string>> }
  | {
      readonly status: 'failed'
      readonly error: Pick<NativeError, 'code' | 'reason' | 'description' | 'traceId'> & {
        params?: Record<string, string>
      }
      readonly httpStatus: number
      /** The flow is still there. */
      readonly isTransient: boolean
    }
  | { readonly status: 'unauthorized' }
  | { readonly status: 'unreadable' }

type Body = Readonly<Record<string, unknown>>

const isBody = (value: unknown): value is Body => typeof value === 'object' && value !== null && !Array.isArray(value)
const text = (value: unknown): string => (typeof value === 'string' ? value : '')

/** Reasons for servers that have no `reason`: the wire's own codes say as much. */
const reasons: Readonly<Record<string, string>> = {
  'ABA-60007': 'authorization.native_not_enabled',
  'ABA-60008': 'flow.expired',
  'ABA-60009': 'flow.unknown',
}

const linkTo = (links: unknown): string | undefined => {
  const link = Array.isArray(links) ? links.find((each) => isBody(each) && each.name === 'authentication') : undefined
  return isBody(link) ? text(link.href) : undefined
}

const stringsOf = (value: unknown): Record<string, string> =>
  isBody(value)
    ? Object.fromEntries(
        Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
      )
    : {}

/** The flow is still there. 503 is what a full queue for password hashes answers. */
const isTransient = ({ status, headers }: Response): boolean =>
  status === 429 || (status === 503 && headers.has('retry-after'))

function failure(response: Response, body: Body): Native {
  const code = text(body.code)
  const seconds = response.headers.get('retry-after')
  return {
    status: 'failed',
    httpStatus: response.status,
    isTransient: isTransient(response),
    error: {
      code,
      reason: text(body.reason) || (reasons[code] ?? 'flow.denied'),
      description: text(body.description),
      traceId: text(body.traceId),
      ...(seconds !== null && { params: { seconds } }),
    },
  }
}

export async function readNative(response: Response): Promise<Native> {
  const body: unknown = await response.json().catch(() => undefined)
  if (response.status === 401) return { status: 'unauthorized' }
  if (!isBody(body) || (response.status >= 500 && !isTransient(response))) return { status: 'unreadable' }
  if (body.flowStatus === 'SUCCESS_COMPLETED') return { status: 'complete', authData: stringsOf(body.authData) }
  if (!response.ok) return failure(response, body)
  if (!isBody(body.nextStep) || typeof body.flowId !== 'string') return { status: 'unreadable' }
  const href = linkTo(body.links)
  return {
    status: 'step',
    flowId: body.flowId,
    version: typeof body.version === 'number' ? body.version : undefined,
    // The identity provider is trusted with the shape of its own steps.
    step: body.nextStep as unknown as NativeStep,
    retry: body.flowStatus === 'FAIL_INCOMPLETE',
    answerUrl: (current) =>
      href && URL.canParse(href) && new URL(href).origin === new URL(current).origin ? href : current,
  }
}

import type { ClientMetadata, Configuration } from 'openid-client'
import {
  AuthorizationResponseError,
  allowInsecureRequests,
  ClientError,
  clockSkew,
  clockTolerance,
  customFetch,
  discovery,
  enableNonRepudiationChecks,
  ResponseBodyError,
  WWWAuthenticateChallengeError,
} from 'openid-client'
import type { Settings } from './options.ts'
import type { Problem } from './request/answer.ts'
import { problem } from './request/answer.ts'

/** The identity provider as its metadata describes it. */
export interface Provider {
  /** Discovered on first use and again every hour. Throws what `faultOf` explains. */
  readonly configuration: () => Promise<Configuration>
  /** A form or JSON post with client authentication, for endpoints that no library knows. */
  readonly post: (endpoint: string, body: URLSearchParams | object, headers: Headers) => Promise<Response>
}

const pauses = [100, 400]
/** Seconds: how long discovered metadata are believed, and how long a failed discovery is not repeated. */
const metadataAge = 3600
const retryAfter = 1
const timeoutSeconds = 10

const wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

export function createProvider(settings: Settings): Provider {
  const skew = settings.now() - Math.floor(Date.now() / 1000)
  const metadata: Partial<ClientMetadata> = { [clockTolerance]: 10, [clockSkew]: skew }

  const discover = async (): Promise<Configuration> => {
    const found = await discovery(new URL(settings.issuer), settings.clientId, metadata, settings.clientAuth, {
      [customFetch]: (url, init) => settings.fetch(url, init as RequestInit),
      timeout: timeoutSeconds,
      execute: settings.insecure ? [enableNonRepudiationChecks, allowInsecureRequests] : [enableNonRepudiationChecks],
    })
    found.timeout = timeoutSeconds
    return found
  }

  const discoverPatiently = async (): Promise<Configuration> => {
    for (const pause of pauses) {
      try {
        return await discover()
      } catch {
        await wait(pause)
      }
    }
    return discover()
  }

  let known: { configuration: Configuration; until: number } | undefined
  let failure: { error: unknown; until: number } | undefined
  let running: Promise<Configuration> | undefined

  const renew = async (): Promise<Configuration> => {
    try {
      const configuration = await discoverPatiently()
      known = { configuration, until: settings.now() + metadataAge }
      failure = undefined
      return configuration
    } catch (error) {
      failure = { error, until: settings.now() + retryAfter }
      // Metadata of an hour ago are better than none.
      if (known) return known.configuration
      throw error
    } finally {
      running = undefined
    }
  }

  const configuration = async (): Promise<Configuration> => {
    const now = settings.now()
    if (known && known.until > now) return known.configuration
    if (failure && failure.until > now && !known) throw failure.error
    running ??= renew()
    return running
  }

  return {
    configuration,
    async post(endpoint, body, headers) {
      const found = await configuration()
      const form = body instanceof URLSearchParams ? body : new URLSearchParams()
      await settings.clientAuth(found.serverMetadata(), { ...metadata, client_id: settings.clientId }, form, headers)
      const isForm = form === body
      headers.set('accept', 'application/json')
      headers.set('content-type', isForm ? 'application/x-www-form-urlencoded' : 'application/json')
      return settings.fetch(endpoint, {
        method: 'POST',
        headers,
        body: isForm ? form.toString() : JSON.stringify({ ...body, ...Object.fromEntries(form) }),
        redirect: 'manual',
        signal: AbortSignal.timeout(timeoutSeconds * 1000),
      })
    },
  }
}

/** RFC 6749 §4.1.2.1 and OIDC Core §3.1.2.6, as codes. */
export function faultOfAnswer(settings: Settings, error: string): Problem {
  switch (error) {
    case 'access_denied':
      return problem('authorization.access_denied')
    case 'login_required':
      return problem('authorization.login_required')
    case 'interaction_required':
    case 'account_selection_required':
      return problem('authorization.interaction_required')
    case 'consent_required':
      return problem('authorization.consent_required')
    case 'unmet_authentication_requirements':
      return problem('authorization.unmet_requirements')
    case 'invalid_client':
    case 'unauthorized_client':
      return problem('bff.client_refused', { clientId: settings.clientId })
    case 'server_error':
    case 'temporarily_unavailable':
      return problem('bff.issuer_unreachable', { issuer: settings.issuer })
    default:
      return problem('bff.sign_in_failed')
  }
}

const silent = new Set(['OAUTH_TIMEOUT', 'OAUTH_ABORT', 'OAUTH_RESPONSE_IS_NOT_CONFORM', 'OAUTH_RESPONSE_IS_NOT_JSON'])

const isSilence = (error: unknown): boolean => {
  if (error instanceof ClientError)
    return silent.has(error.code ?? '') || (error.code === undefined && error.cause !== undefined)
  // What `fetch` throws when nobody answers, and `AbortSignal.timeout` when nobody answers in time.
  return error instanceof TypeError || error instanceof DOMException
}

/** Why a call to the identity provider failed: it is silent, it refuses the app, or the answer is not valid. */
export function faultOf(settings: Settings, error: unknown): Problem {
  if (error instanceof AuthorizationResponseError) return faultOfAnswer(settings, error.error)
  if (error instanceof WWWAuthenticateChallengeError)
    return problem('bff.client_refused', { clientId: settings.clientId })
  if (error instanceof ResponseBodyError)
    return faultOfAnswer(settings, error.status >= 500 ? 'server_error' : error.error)
  return isSilence(error)
    ? problem('bff.issuer_unreachable', { issuer: settings.issuer })
    : problem('bff.sign_in_failed')
}

/** HTTP status of a fault: 503 and 502 are for the developer, the rest is the person's to try again. */
export const statusOf = ({ reason }: Problem): number =>
  reason === 'bff.issuer_unreachable' ? 503 : reason === 'bff.client_refused' ? 502 : 400

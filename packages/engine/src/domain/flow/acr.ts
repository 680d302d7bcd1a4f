import type { AuthorizationRequest } from '../authorization/index.ts'
import { acrMulti, acrSingle } from '../session/index.ts'

const known: readonly string[] = [acrSingle, acrMulti]

function ofClaim(request: AuthorizationRequest): readonly string[] {
  const demand = request.claims?.idToken?.acr
  return [demand?.value, ...(demand?.values ?? [])].filter((value): value is string => typeof value === 'string')
}

/** The values one of which must be reached (OIDC Core §5.5.1.1: `acr` as an essential claim with values). */
export function demandedAcr(request: AuthorizationRequest): readonly string[] | undefined {
  const values = ofClaim(request)
  return request.claims?.idToken?.acr?.essential && values.length > 0 ? values : undefined
}

/** The value the sign-in should reach: the first one known here, in the client's order of preference (OIDC Core §3.1.2.1). */
export function wantedAcr(request: AuthorizationRequest): string | undefined {
  return [...ofClaim(request), ...request.acrValues].find((value) => known.includes(value))
}

import type { PortalCatalogue } from '@cardea/locales/en/portal'
import type { PageView } from '@cardea/protocol'

type Failed = Pick<Extract<PageView, { page: 'error' }>, 'status' | 'code'>

/** What an error page is called, as its heading and as its title. */
export function errorTitle({ status, code }: Failed, titles: PortalCatalogue['hosted']['errorTitles']): string {
  if (status === 404) return titles.notFound
  if (status === 429) return titles.tooMany
  if (status >= 500) return titles.broken
  return /^flow\.(expired|unknown|superseded|csrf|wrong_browser)$/.test(code) ? titles.expired : titles.refused
}

import type { PortalCatalogue } from '@cardea/locales/en/portal'
import type { ApiMySession } from '@cardea/protocol'

/** `Firefox on macOS`. */
export function sessionName(
  { browser, device }: Pick<ApiMySession, 'browser' | 'device'>,
  texts: PortalCatalogue['account']['sessions'],
): string {
  if (browser && device) return texts.on(browser, device)
  return browser ?? device ?? texts.unknown
}

import { en } from '@cardea/locales/en'
import type { PortalCatalogue } from '@cardea/locales/en/portal'
import { portal } from '@cardea/locales/en/portal'

/** One entry a language: the SDK's messages and the portal's own. */
const catalogues = { en: { messages: en, portal } }

/** The catalogue of the language of `locale` (BCP 47); English when there is none. */
export function catalogueOf(locale: string): { messages: typeof en; portal: PortalCatalogue } {
  const language = locale.split('-')[0] ?? 'en'
  return language in catalogues ? catalogues[language as keyof typeof catalogues] : catalogues.en
}

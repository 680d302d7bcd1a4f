import type { PortalCatalogue } from '@cardea/locales/en/portal'
import type { ApiActivity } from '@cardea/protocol'

type Texts = PortalCatalogue['account']['activity']

/** What happened, as a sentence; an event without one says its own name in words. */
export function activityText({ type, data }: Pick<ApiActivity, 'type' | 'data'>, texts: Texts): string {
  const authenticator = String(data?.authenticator ?? '')
  const factor = Object.hasOwn(texts.factors, authenticator)
    ? texts.factors[authenticator as keyof Texts['factors']]
    : texts.factors.other
  const sentences: Readonly<Record<string, string>> = texts.events
  const changes: Readonly<Record<string, (factor: string) => string>> = texts.factorEvents
  if (Object.hasOwn(sentences, type)) return sentences[type] ?? type
  if (Object.hasOwn(changes, type)) return changes[type]?.(factor) ?? type
  const words = type.replace(/[._]/g, ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

import type { PortalCatalogue } from '@cardea/locales/en/portal'
import type { InjectionKey } from 'vue'
import { inject } from 'vue'

export const textsKey: InjectionKey<PortalCatalogue> = Symbol('texts')

/** The portal's texts in the page's language. */
export function useTexts(): PortalCatalogue {
  const texts = inject(textsKey)
  if (!texts) throw new Error('no texts were provided')
  return texts
}

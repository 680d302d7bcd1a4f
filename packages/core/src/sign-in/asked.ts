import type { ConsentPrompt } from '@cardea/protocol'
import type { Phrase } from '../text.ts'
import { plain } from '../text.ts'

/** One thing an app asks for: in the words of the API it is about, or in ours. */
export type Asked = { readonly name: string } & ({ readonly words: string } | { readonly phrase: Phrase })

/** OpenID Connect's own scopes (Core §5.4, §11), which no API describes. */
const standard = ['openid', 'profile', 'email', 'address', 'phone', 'offline_access'] as const

/** What the person is asked to agree to, lasting access at the end. */
export function askedOf({ scopes, apis = [], offline }: ConsentPrompt): Asked[] {
  const names = scopes.filter(({ name }) => name !== 'offline_access')
  const last = { name: 'offline_access', description: '' }
  return [
    ...names.map(inWords),
    ...apis.map(
      ({ identifier, name }): Asked => ({
        name: `api ${identifier}`,
        phrase: { key: 'consent.api', params: { api: name } },
      }),
    ),
    ...(offline ? [inWords(last)] : []),
  ]
}

function inWords({ name, description }: ConsentPrompt['scopes'][number]): Asked {
  const known = standard.find((each) => each === name)
  return description === '' && known
    ? { name, phrase: plain(`consent.${known}`) }
    : { name, words: description || name }
}

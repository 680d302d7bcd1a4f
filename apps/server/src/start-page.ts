import type { CardeaConfig } from '@cardea/protocol'
import { documentOf } from './document.ts'

/** A configuration may have thousands; the page is for trying. */
const shownPeople = 10

/** The development server's front page: who can sign in, and where. */
export function startPage(
  configuration: CardeaConfig,
  organization: { readonly name: string },
  database: 'SQLite' | 'PostgreSQL',
): Promise<Response> {
  const people = (configuration.accounts ?? []).flatMap(({ username, email, password, attributes }) =>
    password ? [{ identifier: email ?? username, password, shows: String(attributes?.shows ?? '') }] : [],
  )
  const apps = (configuration.apps ?? []).flatMap(({ name, uri, firstParty }) =>
    uri && firstParty ? [{ name, uri }] : [],
  )
  return documentOf({
    page: 'start',
    organization: { name: organization.name },
    database,
    people: people.slice(0, shownPeople),
    apps,
  })
}

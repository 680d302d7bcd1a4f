/**
 * Conditions of policies (and later workflows, templates, agents): one closed JSON grammar, never evaluated code.
 * A field is a dotted path into the facts the place gives (`account.attributes.mfa`, `request.acr_values`,
 * `client.clientId`, `organization.handle`); a path that leads nowhere is `undefined` and equals nothing.
 */
export type Condition =
  | { readonly all: readonly Condition[] }
  | { readonly any: readonly Condition[] }
  | { readonly not: Condition }
  | { readonly field: string; readonly operator: 'equals' | 'not_equals'; readonly value: string | number | boolean }
  | {
      readonly field: string
      readonly operator: 'in' | 'not_in'
      readonly value: readonly (string | number | boolean)[]
    }
  /** The field is a list (or a string) that contains the value. */
  | { readonly field: string; readonly operator: 'contains'; readonly value: string | number | boolean }
  | { readonly field: string; readonly operator: 'starts_with' | 'ends_with'; readonly value: string }
  | { readonly field: string; readonly operator: 'greater_than' | 'less_than'; readonly value: number }
  | { readonly field: string; readonly operator: 'exists' }

/** What a condition may look at. */
export type Facts = { readonly [name: string]: Fact }
export type Fact = string | number | boolean | undefined | readonly Fact[] | Facts

import type { RawNode } from 'kysely'
import { refuseScope } from './scope-condition.ts'

// What a fragment of raw SQL would need to name a table by itself, or to hide what follows it.
const reaching = /\b(?:from|join|into|update|delete|select|table|union|with)\b|\bin\s+["\w]|--|\/\*|;/i
const quoted = /'(?:[^']|'')*'|"(?:[^"]|"")*"/g

/** Raw SQL in a scoped query is an expression: it names no table and closes only the parentheses that it opens. */
export function checkRawSql(node: RawNode): void {
  let depth = 0
  for (const fragment of node.sqlFragments) {
    const code = fragment.replace(quoted, (text) => (text.startsWith("'") ? "''" : 'name'))
    if (reaching.test(code)) refuseScope(`the raw SQL \`${fragment.trim()}\``)
    for (const character of code) {
      if (character === '(') depth++
      if (character === ')' && --depth < 0) break
    }
    if (depth < 0) break
  }
  if (depth !== 0) refuseScope(`raw SQL with unbalanced parentheses (\`${node.sqlFragments.join('…').trim()}\`)`)
}

export interface Token {
  readonly text: string
  readonly kind?: 'tag' | 'name' | 'note'
}

const pattern = /(?<note>\/\/[^\n]*)|(?<=<\/?)(?<tag>[a-z][\w-]*)|\b(?<name>Sign\w+|create[A-Z]\w+|bffHandler)\b/g

/** Splits a snippet into what is coloured and what is not. */
export function highlight(code: string): Token[] {
  const tokens: Token[] = []
  let end = 0
  for (const match of code.matchAll(pattern)) {
    tokens.push({ text: code.slice(end, match.index) })
    const kind = match.groups?.note ? 'note' : match.groups?.tag ? 'tag' : 'name'
    tokens.push({ text: match[0], kind })
    end = match.index + match[0].length
  }
  return [...tokens, { text: code.slice(end) }].filter(({ text }) => text !== '')
}

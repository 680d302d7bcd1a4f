/** A block of code in a document, and the file it says it is. */
export interface Block {
  readonly language: string
  /** Named by the line before it, in backticks; `undefined` for commands. */
  readonly file: string | undefined
  readonly code: string
}

/** The text of a `## ` section without its heading. Throws when there is none. */
export function sectionOf(markdown: string, title: string): string {
  const section = markdown.split(/^## /m).find((part) => part.startsWith(`${title}\n`))
  if (section === undefined) throw new Error(`the document has no section '${title}'`)
  return section.slice(title.length)
}

/** Every fenced block of a text, in its order. */
export function blocksIn(markdown: string): Block[] {
  const fenced = /(?:^([^\n]+)\n\n)?^```(\w+)\n([\s\S]*?)^```$/gm
  return [...markdown.matchAll(fenced)].map(([, before = '', language = '', code = '']) => ({
    language,
    file: /^`([^`\s]+)`/.exec(before)?.[1],
    code,
  }))
}

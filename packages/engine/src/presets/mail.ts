import { mail as english } from '@cardea/locales/en/mail'
import { escapeHtml } from '../kernel/http/index.ts'
import type { Kernel } from '../kernel/kernel.ts'

interface Text {
  readonly subject: string
  readonly heading: string
  readonly paragraphs: readonly string[]
  readonly code?: string
  readonly note?: string
}

/** The mails of `@cardea/locales`, as plain text and as HTML that needs neither images nor scripts. */
export const renderMail: Kernel['renderMail'] = (template, _locale, params, { name, branding }) => {
  if (!Object.hasOwn(english, template)) throw new Error(`there is no mail '${template}'`)
  // The catalogue's keys fix the parameters each mail needs; a template comes as text out of the queue.
  const write = english[template as keyof typeof english] as (params: Readonly<Record<string, string>>) => Text
  const text = write({ ...params, organization: name })
  return {
    subject: oneLine(text.subject),
    text: plainText(text, name),
    html: htmlText(text, name, branding?.primary ?? verdigris),
  }
}

/** A header field ends at a line break; names come from people. */
function oneLine(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ').trim()
}

function plainText({ heading, paragraphs, code, note }: Text, organization: string): string {
  return [
    heading,
    ...paragraphs,
    ...(code ? [`    ${code}`] : []),
    ...(note ? [note] : []),
    `-- \n${organization}`,
  ].join('\n\n')
}

/** Colours of the product's light theme, as sRGB: mail programs know no others. */
const ink = '#11181d'
const quiet = '#4c565c'
const verdigris = '#00685a'

function htmlText({ subject, heading, paragraphs, code, note }: Text, organization: string, accent: string): string {
  const paragraph = (text: string, style = '') => `<p style="margin:0 0 16px;${style}">${escapeHtml(text)}</p>`
  const parts = [
    `<h1 style="margin:0 0 8px;font-size:23px;line-height:28px;font-weight:620;letter-spacing:-.018em">${escapeHtml(heading)}</h1>`,
    ...paragraphs.map((text) => paragraph(text, `color:${quiet}`)),
    ...(code
      ? [
          `<p style="margin:0 0 16px;padding:16px 20px;background:#eff4f4;border-radius:10px;font:600 30px/36px ui-monospace,Menlo,Consolas,monospace;letter-spacing:6px">${escapeHtml(code)}</p>`,
        ]
      : []),
    ...(note ? [paragraph(note, `color:${quiet};font-size:13.5px;line-height:20px;margin-bottom:0`)] : []),
  ]
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light"><title>${escapeHtml(oneLine(subject))}</title></head><body style="margin:0;padding:32px 16px;background:#f4f8f7;color:${ink};font:15px/23px Inter,system-ui,-apple-system,'Segoe UI',sans-serif"><div style="max-width:560px;margin:0 auto;box-sizing:border-box;background:#ffffff;border:1px solid #dce2e4;border-radius:16px;padding:32px"><p style="margin:0 0 24px;font-weight:620;color:${escapeHtml(accent)}">${escapeHtml(organization)}</p>${parts.join('')}</div></body></html>`
}

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
    html: htmlText(text, name, branding?.primary ?? '#1f3f8f'),
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

function htmlText({ subject, heading, paragraphs, code, note }: Text, organization: string, accent: string): string {
  const paragraph = (text: string, style = '') => `<p style="margin:0 0 16px;${style}">${escapeHtml(text)}</p>`
  const parts = [
    `<h1 style="margin:0 0 16px;font-size:20px;line-height:28px;font-weight:600">${escapeHtml(heading)}</h1>`,
    ...paragraphs.map((text) => paragraph(text)),
    ...(code
      ? [
          `<p style="margin:0 0 16px;font:600 32px/44px ui-monospace,Menlo,Consolas,monospace;letter-spacing:6px;color:${escapeHtml(accent)}">${escapeHtml(code)}</p>`,
        ]
      : []),
    ...(note ? [paragraph(note, 'color:#5b6170;font-size:14px;line-height:20px')] : []),
  ]
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light"><title>${escapeHtml(oneLine(subject))}</title></head><body style="margin:0;padding:32px 16px;background:#f5f6f8;color:#1b1e27;font:16px/24px system-ui,-apple-system,'Segoe UI',sans-serif"><div style="max-width:480px;margin:0 auto;background:#ffffff;border:1px solid #e2e4ea;border-radius:12px;padding:32px"><p style="margin:0 0 24px;font-weight:600;color:${escapeHtml(accent)}">${escapeHtml(organization)}</p>${parts.join('')}</div></body></html>`
}

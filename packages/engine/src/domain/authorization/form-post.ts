import { escapeHtml, html } from '../../kernel/http/index.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import type { AuthorizationAnswer } from './request.ts'

const style = `:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}
body{display:grid;place-items:center;min-height:100dvh;margin:0}
button{font:inherit;padding:.6em 1.4em;border-radius:.5em;border:1px solid currentColor;background:none;color:inherit;cursor:pointer}`

/** OAuth 2.0 Form Post Response Mode §2: a form that sends itself; without JavaScript its button does. */
export function formPost(
  kernel: Pick<Kernel, 'random'>,
  { redirectUri, params }: AuthorizationAnswer,
  cookies: readonly string[],
): Response {
  const nonce = kernel.random(16)
  const { origin, host } = new URL(redirectUri)
  const fields = Object.entries(params).map(
    ([name, value]) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`,
  )
  const document = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Continue to ${escapeHtml(host)}</title>
<style nonce="${nonce}">${style}</style>
</head>
<body>
<form method="post" action="${escapeHtml(redirectUri)}">
${fields.join('\n')}
<button type="submit">Continue to ${escapeHtml(host)}</button>
</form>
<script nonce="${nonce}">document.forms[0].submit()</script>
</body>
</html>`
  return html(document, { nonce, formAction: [origin], cookies })
}

import type { Engine } from '../../domain/engine.ts'
import { escapeHtml, toolPage } from '../../kernel/http/index.ts'
import type { Inbox } from './inbox.ts'

/** The inbox as a page; it works without JavaScript and looks again by itself with it. */
export function inboxPage(engine: Engine, { mails, codes }: Inbox, to: string): Response {
  const body = `<h1>Inbox</h1>
<p class="lead">Mail this server has sent, and the codes of authenticator apps right now. Only in development; also as <a href="/dev/inbox.json">JSON</a>.</p>
<form class="find" role="search"><label for="to">Address</label><div class="row"><input class="in" id="to" name="to" type="search" value="${escapeHtml(to)}" autocomplete="off"><button class="btn">Show</button></div></form>
${codes.length > 0 ? codeList(codes) : ''}
<h2>Mail</h2>
${mails.length > 0 ? `<div class="card">${mails.map((mail, index) => mailItem(mail, index === 0)).join('')}</div>` : empty(to)}`
  return toolPage(engine, { title: 'Inbox', path: '/dev/inbox', body, style, script })
}

function codeList(codes: Inbox['codes']): string {
  const items = codes.map(
    ({ username, authenticator, code }) =>
      `<li><span><b>${escapeHtml(username)}</b><span class="notes">${escapeHtml(names[authenticator] ?? authenticator)}</span></span><code class="code">${escapeHtml(code)}</code></li>`,
  )
  return `<h2>Codes</h2><ul class="card codes">${items.join('')}</ul>`
}

const names: Readonly<Record<string, string>> = { totp: 'Authenticator app' }

function mailItem({ to, subject, text, at }: Inbox['mails'][number], open: boolean): string {
  const when = `<time datetime="${at}" title="${at}">${escapeHtml(at.slice(11, 16))}</time>`
  return `<details${open ? ' open' : ''}><summary><span class="grow"><b>${escapeHtml(subject)}</b><span class="notes">to ${escapeHtml(to)}</span></span><span class="end">${when}</span></summary><pre>${escapeHtml(text)}</pre></details>`
}

function empty(to: string): string {
  const hint = to
    ? `Nothing was sent to an address with “${escapeHtml(to)}” since the server started.`
    : 'Ask for a sign-in code, or change a password: what the server sends lands here, not in anybody’s mailbox.'
  return `<div class="card empty"><h2>No mail yet</h2><p>${hint}</p>${to ? '<p><a href="/dev/inbox">Show all</a></p>' : ''}</div>`
}

const style = `
main>h2{margin-top:36px;margin-bottom:12px}.card{overflow:hidden}
.find{margin-top:20px;max-width:400px}.find label{display:block;font-size:13.5px;font-weight:540;margin-bottom:6px}
.row{display:flex;gap:8px}.codes{list-style:none;padding:0}.codes li{display:flex;align-items:center;gap:16px;padding:14px 20px;border-top:1px solid var(--line)}
.codes li:first-child,details:first-child{border-top:0}.code{margin-left:auto;font-size:22px;font-weight:560;letter-spacing:.12em;font-variant-numeric:tabular-nums;white-space:nowrap}
b{font-weight:560;display:block}.notes{display:block}.grow{flex:1;min-width:0;overflow-wrap:anywhere}
pre{font:13px/1.65 var(--mono);white-space:pre-wrap;overflow-wrap:anywhere;padding:4px 20px 20px;color:var(--ink-2)}
summary{min-height:44px}.end{font-variant-numeric:tabular-nums}
@media (max-width:640px){summary{flex-wrap:nowrap}summary .end{width:auto;margin-left:auto}pre,.codes li{padding-left:16px;padding-right:16px}}
`

const script = `
for(const time of document.querySelectorAll('time'))time.textContent=new Date(time.dateTime).toLocaleTimeString([],{timeStyle:'short'});
let last='';setInterval(async()=>{if(document.activeElement?.id==='to')return;
const answer=await fetch('/dev/inbox.json'+location.search);if(!answer.ok)return;const text=await answer.text();
if(last&&last!==text)location.reload();last=text},2000);
`

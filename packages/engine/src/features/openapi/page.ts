import type { Engine } from '../../domain/engine.ts'
import { escapeHtml, toolPage } from '../../kernel/http/index.ts'
import type { OpenApi, Operation, Parameter } from './document.ts'
import { schemaTable } from './schema-table.ts'

const titles: Readonly<Record<string, string>> = {
  me: 'Your account',
  accounts: 'Accounts',
  sessions: 'Sessions',
  apps: 'Apps',
  organizations: 'Organizations',
  audit: 'Audit trail',
}

/** The API reference, drawn from the same document that `/openapi.json` serves. */
export function referencePage(engine: Engine, api: OpenApi): Response {
  const groups = new Map<string, string[]>()
  for (const [path, operations] of Object.entries(api.paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      const tag = operation.tags[0] ?? 'api'
      groups.set(tag, [...(groups.get(tag) ?? []), drawOperation(api, method, path, operation)])
    }
  }
  const sections = [...groups].map(
    ([tag, operations]) =>
      `<section id="${escapeHtml(tag)}"><h2>${escapeHtml(titles[tag] ?? tag)}</h2><div class="card">${operations.join('')}</div></section>`,
  )
  const body = `<h1>API</h1>
<p class="lead">${escapeHtml(api.info.description)} Send an access token for <code>${escapeHtml(engine.resources.own.identifier)}</code> as <code>Authorization: Bearer …</code>. Machine-readable: <a href="/openapi.json">openapi.json</a> (OpenAPI 3.1).</p>
<form role="search" class="find"><label for="q">Find an operation</label><input class="in" id="q" type="search" autocomplete="off"></form>
<p class="notes" id="none" role="status" hidden>Nothing matches. Try a shorter word.</p>
${sections.join('\n')}`
  return toolPage(engine, { title: 'API', path: '/openapi', body, style, script })
}

function drawOperation(api: OpenApi, method: string, path: string, operation: Operation): string {
  const scopes = operation.security.flatMap((one) => Object.values(one).flat())
  const request = operation.requestBody?.content['application/json']?.schema
  const answers = Object.entries(operation.responses).map(([status, { description, content }]) => {
    const schema = Object.values(content ?? {})[0]?.schema
    const name = status === 'default' ? 'Any error' : status
    return `<h3>${name} <span class="notes">${escapeHtml(description)}</span></h3>${schema && status !== 'default' ? schemaTable(api, schema) : ''}`
  })
  const parts = [
    `<p class="notes">Needs the scope ${scopes.map((scope) => `<code>${escapeHtml(scope)}</code>`).join(' or ')}. Operation <code>${escapeHtml(operation.operationId)}</code>.</p>`,
    ...(operation.parameters ? [`<h3>Parameters</h3>${parameterTable(operation.parameters)}`] : []),
    ...(request ? [`<h3>Body</h3>${schemaTable(api, request)}`] : []),
    ...answers,
  ]
  return `<details class="op" data-text="${escapeHtml(`${method} ${path} ${operation.summary}`.toLowerCase())}"><summary><span class="chip verb ${method}">${method.toUpperCase()}</span><code>${escapeHtml(path)}</code><span class="end">${escapeHtml(operation.summary)}</span></summary><div class="in-op">${parts.join('')}</div></details>`
}

function parameterTable(parameters: readonly Parameter[]): string {
  const rows = parameters.map(({ name, in: where, required, schema }) => {
    const { type = 'string', maximum, maxLength } = schema as Readonly<Record<string, unknown>>
    const limit = maximum ?? maxLength
    const kind = `${String(type)}${limit === undefined ? '' : `, at most ${String(limit)}${maxLength ? ' characters' : ''}`}`
    return `<tr><td><code>${escapeHtml(name)}</code></td><td>${where}</td><td>${escapeHtml(kind)}</td><td>${required ? 'yes' : ''}</td></tr>`
  })
  return `<table><thead><tr><th>Name</th><th>In</th><th>Type</th><th>Required</th></tr></thead><tbody>${rows.join('')}</tbody></table>`
}

const style = `
section{margin-top:36px}section>h2{margin-bottom:12px}.op:first-child{border-top:0}.card{overflow:hidden}
.find{margin-top:20px;max-width:400px}.find label{display:block;font-size:13.5px;font-weight:540;margin-bottom:6px}
.in-op{padding:4px 20px 24px;display:grid;gap:10px}.in-op h3{margin-top:12px}.in-op h3 .notes{font-weight:400;margin-left:6px}
#none{margin-top:20px}td code{white-space:nowrap}.deep td:first-child{padding-left:20px}
@media (max-width:640px){td code{white-space:normal}.in-op{padding:4px 16px 20px;overflow-x:auto}}
`

const script = `
const q=document.getElementById('q'),ops=[...document.querySelectorAll('.op')],none=document.getElementById('none');
q.form.addEventListener('submit',(event)=>event.preventDefault());
q.addEventListener('input',()=>{const words=q.value.toLowerCase().split(/\\s+/).filter(Boolean);let any=false;
for(const op of ops){op.hidden=!words.every((word)=>op.dataset.text.includes(word));any||=!op.hidden}
for(const section of document.querySelectorAll('section'))section.hidden=![...section.querySelectorAll('.op')].some((op)=>!op.hidden);
none.hidden=any});
`

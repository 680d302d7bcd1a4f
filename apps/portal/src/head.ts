import type { Branding } from '@cardea/protocol'
import { catalogueOf } from './catalogues.ts'
import { errorTitle } from './pages/error-title.ts'
import { pages } from './pages.ts'
import type { PortalView } from './view.ts'

interface Chunk {
  file: string
  src?: string
  css?: string[]
  assets?: string[]
  imports?: string[]
}

/** Vite's manifest of the browser's files; empty where nothing is built (tests). */
declare const __MANIFEST__: Record<string, Chunk>
const manifest: Record<string, Chunk> = typeof __MANIFEST__ === 'undefined' ? {} : __MANIFEST__

/** Title, styles, branding and the one script of a page. */
export function headOf(view: PortalView): string {
  const chunks = reached(['src/client.ts', pages[view.page].file])
  const files = [...chunks].map((chunk) => `/${chunk.file}`)
  const styles = new Set([...chunks].flatMap((chunk) => chunk.css ?? []))
  const assets = [...chunks].flatMap((chunk) => chunk.assets ?? [])
  const font = assets.find((asset) => asset.endsWith('.woff2'))
  const [entry, ...preloads] = files
  return [
    `<title>${escapeText(titleOf(view))}</title>`,
    '<meta name="color-scheme" content="light dark">',
    `<meta name="csp-nonce" property="csp-nonce" nonce="${view.nonce}">`,
    font && `<link rel="preload" href="/${font}" as="font" type="font/woff2" crossorigin>`,
    '<link rel="icon" href="/_portal/icon-1.svg" type="image/svg+xml">',
    ...[...styles].map((file) => `<link rel="stylesheet" href="/${file}">`),
    brandingOf(view.organization.branding, view.nonce),
    ...preloads.map((file) => `<link rel="modulepreload" href="${file}" nonce="${view.nonce}">`),
    entry && `<script type="module" src="${entry}" nonce="${view.nonce}"></script>`,
  ]
    .filter(Boolean)
    .join('\n')
}

/** The chunks and everything they import, entry first. */
function reached(keys: readonly string[], found = new Set<Chunk>()): Set<Chunk> {
  for (const key of keys) {
    const chunk = manifest[key]
    if (!chunk || found.has(chunk)) continue
    found.add(chunk)
    reached(chunk.imports ?? [], found)
  }
  return found
}

/** An organization's two colours. Its schema admits CSS colours only, so nothing can leave the declaration. */
function brandingOf(branding: Branding | undefined, nonce: string): string {
  const colours = { '--cardea-accent': branding?.accent, '--cardea-primary': branding?.primary }
  const css = Object.entries(colours).flatMap(([name, colour]) => (colour ? [`${name}:${colour}`] : []))
  return css.length === 0 ? '' : `<style nonce="${nonce}">:root{${css.join(';').replace(/[<>{}]/g, '')}}</style>`
}

function titleOf(view: PortalView): string {
  const { hosted, account } = catalogueOf(view.locale).portal
  const name = view.organization.name
  if (view.page === 'sign-in') return hosted.signInTitle(name)
  if (view.page === 'error') return `${errorTitle(view, hosted.errorTitles)} · ${name}`
  const titles = {
    logout: hosted.signOutTitle,
    'signed-out': hosted.signedOutTitle,
    account: account.title,
    start: 'Cardea',
  }
  return view.page === 'start' ? titles.start : `${titles[view.page]} · ${name}`
}

function escapeText(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`)
}

import type { NativeStep } from './native.ts'

/** What the engine gives to `pages(view)`: everything a hosted page shows, as plain data. */
export interface PageFrame {
  /** BCP 47. */
  locale: string
  organization: { id: string; handle: string; name: string; branding?: Branding }
  /** For inline `<script nonce>` and `<style nonce>`. */
  nonce: string
  /** Path and query of this page, for the language switch. */
  url: string
}

export interface Branding {
  logoUri?: string
  /** CSS colours for light and dark. */
  accent?: string
  primary?: string
  termsUri?: string
  privacyUri?: string
}

/** The form of a step: a plain `<form method="post" action>` with these hidden fields works without JavaScript. */
export interface StepForm {
  action: string
  csrf: string
  version: number
}

export type PageView = PageFrame &
  (
    | {
        page: 'sign-in'
        client: { id: string; name: string; logoUri?: string; uri?: string }
        step: NativeStep
        retry: boolean
        form: StepForm
      }
    | {
        page: 'logout'
        form: { action: string; csrf: string; fields: Record<string, string> }
        client?: { name: string }
        account?: { name: string; identifier: string }
      }
    | { page: 'signed-out'; client?: { name: string; uri?: string } }
    | {
        page: 'error'
        status: number
        code: string
        params: Record<string, string>
        traceId: string
        retryUrl?: string
      }
  )

/** The answer of `pages(view)`: contents of `<head>` and `<body>`, already escaped HTML. */
export interface Page {
  head: string
  body: string
}

export type RenderPage = (view: PageView) => Page | Promise<Page>

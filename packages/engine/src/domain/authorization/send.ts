import type { NativeComplete } from '@cardea/protocol'
import { json, redirect } from '../../kernel/http/index.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { formPost } from './form-post.ts'
import type { AuthorizationAnswer } from './request.ts'

/** Hands an authorization response over to the app as its `response_mode` asks; `cookies` are set on the way. */
export function sendAnswer(
  kernel: Pick<Kernel, 'random'>,
  answer: AuthorizationAnswer,
  cookies: readonly string[] = [],
): Response {
  switch (answer.responseMode) {
    case 'query':
      return redirect(answerUrl(answer), cookies)
    case 'form_post':
      return formPost(kernel, answer, cookies)
    case 'direct':
      return json({ flowStatus: 'SUCCESS_COMPLETED', authData: { ...answer.params } } satisfies NativeComplete)
  }
}

/** Appends to the query that the registered URI may have (RFC 6749 §3.1.2), without touching what is there. */
export function answerUrl({ redirectUri, params }: Pick<AuthorizationAnswer, 'redirectUri' | 'params'>): string {
  const added = new URLSearchParams(params).toString()
  if (added === '') return redirectUri
  const mark = redirectUri.includes('?') ? (/[?&]$/.test(redirectUri) ? '' : '&') : '?'
  return `${redirectUri}${mark}${added}`
}

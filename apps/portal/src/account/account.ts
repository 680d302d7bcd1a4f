import type { InjectionKey, Ref } from 'vue'
import { inject, reactive, ref } from 'vue'
import type { AccountData } from '../view.ts'
import type { Answer, Call } from './api.ts'

/** One line at the foot of the page, with a way back where there is one. */
export interface Notice {
  readonly text: string
  readonly failed?: boolean
  readonly undo?: () => void
}

/** Dialogs that a fresh sign-in may come back to. */
export type Intent = 'password' | 'totp' | 'passkey'

export interface Account {
  readonly data: AccountData
  readonly call: Call
  readonly notice: Ref<Notice | undefined>
  /** What the person wanted when the API asked for a fresh sign-in. */
  readonly confirming: Ref<{ intent: Intent | undefined } | undefined>
  /** What to open because a fresh sign-in has just been made for it. */
  readonly resumed: Ref<Intent | undefined>
  readonly say: (text: string, more?: Omit<Notice, 'text'>) => void
  /** Says what went wrong; opens the confirmation when that is what is missing. The text, for a field, otherwise. */
  readonly refused: (answer: Answer<unknown>, intent?: Intent) => string | undefined
  readonly reload: (...parts: (keyof AccountData)[]) => Promise<void>
}

const paths: Record<keyof AccountData, string> = {
  me: '',
  sessions: '/sessions',
  factors: '/factors',
  apps: '/apps',
  activity: '/activity',
}

/** The state of the account page, made once per page. */
export function createAccount(initial: AccountData, call: Call): Account {
  const data = reactive(initial) as AccountData
  const notice = ref<Notice>()
  const confirming = ref<{ intent: Intent | undefined }>()
  let timer: ReturnType<typeof setTimeout> | undefined

  const say: Account['say'] = (text, more = {}) => {
    clearTimeout(timer)
    notice.value = { text, ...more }
    timer = setTimeout(() => {
      notice.value = undefined
    }, 6000)
  }

  return {
    data,
    call,
    notice,
    confirming,
    resumed: ref(),
    say,
    refused: (answer, intent) => {
      if (answer.ok) return undefined
      if (answer.code === 'signed-out') {
        // The page that comes says it; words about it would only flash here.
        location.reload()
        return undefined
      }
      if (answer.code !== 'api.reauthentication_required') return answer.text
      confirming.value = { intent }
      return undefined
    },
    reload: async (...parts) => {
      await Promise.all(
        parts.map(async (part) => {
          const answer = await call<never>('GET', paths[part])
          if (answer.ok) data[part] = part === 'sessions' || part === 'apps' ? items(answer.value) : answer.value
        }),
      )
    },
  }
}

function items(list: { items: never }): never {
  return list.items
}

export const accountKey: InjectionKey<Account> = Symbol('account')

export function useAccount(): Account {
  const account = inject(accountKey)
  if (!account) throw new Error('no account was provided')
  return account
}

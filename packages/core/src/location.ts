import type { Runtime } from './runtime.ts'
import type { ErrorText } from './text.ts'

type Place = Pick<Runtime, 'location'>

/** How the backend-for-frontend says why hosted sign-in came back without anybody: a code, and nothing else. */
const mark = /([?&])cardea_error=(\w+\.[\w.]+)(&?)/

/** What hosted sign-in came back with. */
export function faultOf(runtime: Place): ErrorText | undefined {
  const code = mark.exec(runtime.location())?.[2]
  return code === undefined ? undefined : { key: 'error', code, params: {} }
}

/** Where to come back to: this page, without what an earlier sign-in came back with. */
export const placeOf = (runtime: Place): string =>
  runtime.location().replace(mark, (_, before: string, _code, after: string) => after && before)

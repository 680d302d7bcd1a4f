import type { Unit } from '../load.ts'
import { encode } from './scenario.ts'

const form = { 'content-type': 'application/x-www-form-urlencoded' }

const post: Unit = (send) =>
  send({
    method: 'POST',
    path: '/',
    body: 'grant_type=client_credentials&scope=read',
    headers: form,
    done: (status) => status === 200,
  })

const signIn: Unit = async (send) => {
  let id = ''
  const call = (path: string, params: Record<string, string>, right: (body: string) => boolean) =>
    send({ method: 'POST', path, headers: form, body: encode({ id, ...params }), done: (_status, body) => right(body) })
  return (
    (await call('/start', {}, (body) => {
      id = /"id":"([^"]+)"/.exec(body)?.[1] ?? ''
      return id !== ''
    })) &&
    (await call('/identifier', { username: 'alex' }, (body) => body === '{}')) &&
    (await call('/password', { password: 'four-quiet-unrelated-words' }, (body) => body === '{}')) &&
    call('/token', {}, (body) => body.includes('"id_token":"'))
  )
}

const codeFlow: Unit = async (send) => {
  let code = ''
  const authorized = await send({
    method: 'GET',
    path: '/?session=secret&scope=openid+offline_access+read',
    done: (_status, _body, headers) => {
      code = /code=(.+)/.exec(String(headers.location))?.[1] ?? ''
      return code !== ''
    },
  })
  return (
    authorized &&
    send({
      method: 'POST',
      path: '/',
      headers: form,
      body: encode({ code }),
      done: (_status, body) => body.includes('"id_token":"'),
    })
  )
}

/** What is asked of the servers that know nothing. */
export const bare = { echo: post, token: post, 'code-flow': codeFlow, 'sign-in': signIn }

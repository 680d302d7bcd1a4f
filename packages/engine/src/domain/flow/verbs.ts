import { isIP } from 'node:net'
import { cookieJar } from '../../kernel/http/index.ts'
import { readDeviceCookie } from '../attempt/index.ts'
import type { Engine } from '../engine.ts'
import { answerFlow, decideFlow } from './answer.ts'
import { stand } from './drive.ts'
import { browserHash, findFlow, restartUrl } from './find.ts'
import type { Flows } from './index.ts'
import { situate } from './situation.ts'
import { satisfies, startFlow } from './start.ts'
import { stepOf } from './step.ts'
import { failFlowsOf } from './store.ts'
import { unknownAuthenticators } from './unknown.ts'

const cookieName = 'cardea_flow'

export function createFlows(engine: Engine): Flows {
  const jar = cookieJar(engine.publicUrl)

  return {
    start: (start) => startFlow(engine, start),
    satisfies: (start) => satisfies(engine, start),
    find: (id, proof) => findFlow(engine, id, proof),
    restartUrl: (id, proof) => restartUrl(engine, id, proof),

    async show(id, proof) {
      const { record, client } = await findFlow(engine, id, proof)
      const driven = stand(engine, record, await situate(engine, record, client))
      const step = await stepOf(engine, driven)
      return { record, client, step, retry: record.message?.type === 'ERROR' }
    },

    answer: (id, proof, answer, from) => answerFlow(engine, id, proof, answer, from),
    endAll: failFlowsOf,
    decide: (id, proof, decision, from) => decideFlow(engine, id, proof, decision, from),

    browser(call) {
      // One browser, one secret: two tabs run two flows. A new one follows from the request, whose id nobody chooses.
      const secret = jar.read(call.cookies, cookieName) ?? engine.mac(call.traceId, 'flow-browser')
      return {
        secret,
        hash: browserHash(secret),
        cookie: jar.set(cookieName, secret),
        csrf: (flow) => engine.mac(`${secret}\0${flow}`, 'flow-csrf'),
      }
    },

    unknownAuthenticators: (policy) => unknownAuthenticators(engine, policy),

    visitor(call, reported = {}) {
      const address = reported.address !== undefined && isIP(reported.address) ? reported.address : undefined
      return {
        address: address ?? call.address,
        reported: address !== undefined,
        userAgent: (reported.userAgent ?? call.headers.get('user-agent') ?? undefined)?.slice(0, 400),
        device: readDeviceCookie(jar, call.cookies),
        session: engine.sessions.cookie.read(call.cookies),
        traceId: call.traceId,
      }
    },
  }
}

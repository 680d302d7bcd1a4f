import { BlockList, isIP } from 'node:net'
import type { Engine } from '../../domain/engine.ts'
import { defineFeature } from '../../kernel/feature.ts'
import type { Call } from '../../kernel/http/index.ts'
import { hostNameOf, json, requestErrors, text } from '../../kernel/http/index.ts'
import { steps } from '../../kernel/pipeline.ts'
import { renderMetrics } from './metrics.ts'

const open = { method: 'GET', access: { type: 'public' }, surface: 'problem', body: { type: 'none' } } as const

export const healthFeature = defineFeature<Engine>({
  id: 'health',
  routes: [
    { ...open, path: '/healthz', summary: 'The process answers', steps: steps(alive) },
    { ...open, path: '/readyz', summary: 'The process can do its work', steps: steps(ready) },
    {
      ...open,
      path: '/metrics',
      summary: 'Measurements in Prometheus’ text format',
      steps: steps(operatorOnly, measured),
    },
  ],
})

function alive(): Response {
  return json({ status: 'ok' })
}

/** The database answers, and the organization every request needs is there. */
async function ready(_: Call, engine: Engine): Promise<Response> {
  try {
    await engine.store
      .across('see whether the database answers')
      .selectFrom('organization')
      .select('org_id')
      .limit(1)
      .execute()
    return json({ status: 'ok' })
  } catch (error) {
    engine.log('warn', 'not ready: the database does not answer', { error })
    return json({ status: 'unavailable' }, 503)
  }
}

const inside = new BlockList()
for (const [network, prefix] of [
  ['127.0.0.0', 8],
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const)
  inside.addSubnet(network, prefix, 'ipv4')
inside.addAddress('::1', 'ipv6')
inside.addSubnet('fc00::', 7, 'ipv6')

/**
 * Numbers about the operation are the operator's: who comes from a public address finds nothing here, nor who comes
 * through a proxy that nobody vouches for, behind which a private address is the proxy's own.
 */
function operatorOnly(call: Call, engine: Engine): Record<never, never> {
  const { address, path, forwarded } = call
  const family = isIP(address)
  const isInside = family !== 0 && inside.check(address, family === 4 ? 'ipv4' : 'ipv6')
  if (isInside && (forwarded || !isForwarded(call, engine))) return {}
  throw requestErrors('request.not_found', { path })
}

const forwarding = /^(x-forwarded-.*|x-original-.*|forwarded|via|x-real-ip|(x-|true-|fly-)client-ip|cf-.*)$/

/** By what proxies write, or by the public name: with https its TLS ended at one. */
function isForwarded({ headers }: Call, { publicUrl }: Engine): boolean {
  if ([...headers.keys()].some((name) => forwarding.test(name))) return true
  const { protocol, hostname } = new URL(publicUrl)
  return protocol === 'https:' && hostNameOf(headers, '') === hostname
}

async function measured(_: Call, engine: Engine): Promise<Response> {
  return text(await renderMetrics(engine), 'text/plain; version=0.0.4; charset=utf-8')
}

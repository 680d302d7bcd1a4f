import { Pool } from 'undici'

/** One request of a scenario; `done` sees the answer's body and says whether it is right. */
export interface Request {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly headers?: Record<string, string>
  readonly body?: string
  readonly done: (status: number, body: string, headers: Record<string, string | string[] | undefined>) => boolean
}

/** A unit of load: one or more requests after another, on a state that only one caller has at a time. */
export type Unit = (send: (request: Request) => Promise<boolean>) => Promise<boolean>

export interface Measured {
  /** Units finished per second at saturation. */
  readonly rate: number
  /** Processor time of the server for one unit, in microseconds. */
  readonly cost: number
  /** Open loop at half of that rate; milliseconds from the moment a unit was due. */
  readonly p50: number
  readonly p95: number
  readonly p99: number
  readonly errors: number
  readonly units: number
}

/** Few callers leave a server idle while it waits for its database, many only stand in a line: what counts is the better of two. */
export const crowds: readonly number[] = [32, 128]

/** Connections to a server; `send` takes one of them for the time of a request. */
export function connect(server: { readonly origin: string }, connections: number) {
  const pool = new Pool(server.origin, { connections, pipelining: 1 })
  const send = async (request: Request): Promise<boolean> => {
    const { statusCode, headers, body } = await pool.request({
      method: request.method,
      path: request.path,
      ...(request.headers ? { headers: request.headers } : {}),
      ...(request.body === undefined ? {} : { body: request.body }),
    })
    return request.done(statusCode, await body.text(), headers)
  }
  return { send, close: () => pool.close() }
}

/** Saturates with each crowd of callers in a closed loop, then measures latency in an open loop at half the best rate found. */
export async function measure(
  server: { readonly origin: string; readonly processorTime: () => number },
  unit: Unit,
  seconds: number,
  callers: readonly number[] = crowds,
): Promise<Measured> {
  const { send, close } = connect(server, Math.max(...callers))
  try {
    // A process that has just started runs code that is not compiled yet; what counts is one that has been running.
    await saturate(() => unit(send), Math.max(4, seconds), Math.min(...callers))
    let best = { rate: 0, cost: Number.NaN, units: 0 }
    let closedErrors = 0
    for (const crowd of callers) {
      const before = server.processorTime()
      const closed = await saturate(() => unit(send), seconds, crowd)
      const cost = ((server.processorTime() - before) * 1000) / closed.units
      if (closed.rate > best.rate) best = { ...closed, cost }
      closedErrors += closed.errors
    }
    const { rate, cost } = best
    const { latencies, errors } = await openLoop(() => unit(send), rate / 2, seconds)
    latencies.sort((a, b) => a - b)
    const at = (share: number) =>
      latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? Number.NaN
    return {
      rate,
      cost,
      p50: at(0.5),
      p95: at(0.95),
      p99: at(0.99),
      errors: errors + closedErrors,
      units: best.units + latencies.length,
    }
  } finally {
    await close()
  }
}

/** Closed loop: each caller begins the next unit when its last one has ended. */
export async function saturate(run: () => Promise<boolean>, seconds: number, callers: number) {
  const end = performance.now() + seconds * 1000
  const started = performance.now()
  let units = 0
  let errors = 0
  await Promise.all(
    Array.from({ length: callers }, async () => {
      while (performance.now() < end) {
        if (await attempt(run)) units += 1
        else errors += 1
      }
    }),
  )
  return { rate: units / ((performance.now() - started) / 1000), units, errors }
}

/** Units start when they are due, whether or not earlier ones have answered: a slow server gets a queue, not a pause. */
async function openLoop(run: () => Promise<boolean>, rate: number, seconds: number) {
  const latencies: number[] = []
  const running: Promise<void>[] = []
  let errors = 0
  const started = performance.now()
  const total = Math.floor(rate * seconds)
  for (let index = 0; index < total; ) {
    const elapsed = performance.now() - started
    const due = Math.min(total, Math.floor((elapsed / 1000) * rate) + 1)
    for (; index < due; index += 1) {
      const dueAt = started + (index / rate) * 1000
      running.push(
        attempt(run).then((right) => {
          if (right) latencies.push(performance.now() - dueAt)
          else errors += 1
        }),
      )
    }
    await new Promise((next) => setTimeout(next, 1))
  }
  await Promise.all(running)
  return { latencies, errors }
}

async function attempt(run: () => Promise<boolean>): Promise<boolean> {
  try {
    return await run()
  } catch {
    return false
  }
}

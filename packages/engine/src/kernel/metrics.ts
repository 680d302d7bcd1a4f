/** Upper limits of the duration histogram, in seconds. */
export const durationBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5] as const

/** How often a route answered with a status, and how long it took. */
export interface RouteMeasure {
  /** The path pattern; empty for paths nobody answers. */
  readonly route: string
  readonly method: string
  readonly status: number
  count: number
  /** Seconds. */
  sum: number
  /** For each bucket: requests that took at most so long, and longer than the bucket before allows. */
  readonly within: number[]
}

/** Counts of this process since its start. */
export interface Metrics {
  readonly observe: (route: string, method: string, status: number, milliseconds: number) => void
  readonly requests: () => readonly RouteMeasure[]
}

const known: ReadonlySet<string> = new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'])

export function createMetrics(): Metrics {
  const measures = new Map<string, RouteMeasure>()
  return {
    observe(route, method, status, milliseconds) {
      // Anybody may invent a method; they must not be able to fill the memory with it.
      const verb = known.has(method) ? method : 'other'
      const key = `${verb} ${status} ${route}`
      let measure = measures.get(key)
      if (!measure) {
        measure = { route, method: verb, status, count: 0, sum: 0, within: durationBuckets.map(() => 0) }
        measures.set(key, measure)
      }
      const seconds = milliseconds / 1000
      measure.count += 1
      measure.sum += seconds
      const bucket = durationBuckets.findIndex((limit) => seconds <= limit)
      if (bucket >= 0) measure.within[bucket] = (measure.within[bucket] ?? 0) + 1
    },
    requests: () => [...measures.values()],
  }
}

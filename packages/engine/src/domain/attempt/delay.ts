/** Failures that are forgiven before delays begin, and how long the longest is (seconds). */
export interface DelayRule {
  readonly free: number
  readonly longest: number
  /** Seconds from the hundredth failure in a row on. */
  readonly afterMany: number
}

/**
 * For strangers trying one person, by the name they type. From the hundredth failure in a row on, only known devices get on quickly
 * (NIST SP 800-63B-4 §3.2.2).
 */
export const forName: DelayRule = { free: 5, longest: 900, afterMany: 24 * 60 * 60 }
/** For one address (an IPv6 /64), whoever it tries. */
export const forAddress: DelayRule = { free: 20, longest: 900, afterMany: 900 }
/** For a device or network the person has signed in from. */
export const forKnown: DelayRule = { free: 10, longest: 300, afterMany: 3600 }

const manyFailures = 100

/** Seconds to wait after the `failures`th failure: doubles from one second on. */
export function delayAfter(failures: number, rule: DelayRule): number {
  if (failures <= rule.free) return 0
  if (failures >= manyFailures) return rule.afterMany
  return Math.min(rule.longest, 2 ** Math.min(failures - rule.free - 1, 20))
}

import { limitedAddress } from '../../domain/attempt/index.ts'
import type { Ceremony } from '../../domain/flow/index.ts'

/** From everywhere, so that nobody's inbox is flooded. */
const perPerson = { limit: 20, seconds: 3600 }
/** From one network: one stranger alone does not use up what strangers may have. */
const perNetwork = { limit: 10, seconds: 3600 }
/** From one network to whomever it names, people or nobody: many times what those behind one address need. */
const toAnybody = { limit: 100, seconds: 3600 }

/**
 * Counts a code that is asked for. Who comes from where the person has signed in before, or has proven something, has
 * counters of their own: strangers use up only what strangers get (ASVS 6.1.1). Fails with `request.rate_limited`.
 */
export async function limit({ engine, who, proven }: Ceremony): Promise<void> {
  const { attempts } = engine
  const { subject, name } = who ?? { subject: 'nobody', name: 'nobody' }
  const network = limitedAddress(who?.address ?? '')
  const known = who !== undefined && (await attempts.standing(who)).known
  if (known) return attempts.take(`email-otp known ${subject} ${network}`, perNetwork)
  if (proven) return attempts.take(`email-otp proven ${subject}`, perPerson)
  // First its own: what a network is refused is not counted against the others.
  await attempts.take(`email-otp from ${network}`, toAnybody)
  await attempts.take(`email-otp stranger ${name} ${network}`, perNetwork)
  await attempts.take(`email-otp strangers ${name}`, perPerson)
}

/** Seconds as a person says them: `40 seconds`, `2 minutes`; `a moment` when nobody said how many. */
export const duration = (seconds: number | undefined): string => {
  if (seconds === undefined) return 'a moment'
  if (seconds < 60) return seconds === 1 ? '1 second' : `${seconds} seconds`
  const minutes = Math.ceil(seconds / 60)
  return minutes === 1 ? '1 minute' : `${minutes} minutes`
}

const units = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['week', 604_800],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
] as const

/** `2 minutes ago`, in the language of `locale`; `undefined` below a minute. */
export function relative(at: number, now: number, locale: string): string | undefined {
  const format = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' })
  const seconds = Math.round((at - now) / 1000)
  const fitting = units.find(([, size]) => Math.abs(seconds) >= size)
  if (!fitting) return undefined
  const [unit, size] = fitting
  return format.format(Math.trunc(seconds / size), unit)
}

/** The loopback hosts of native apps (RFC 8252 §7.3). */
const loopback = /^http:\/\/(127\.0\.0\.1|\[::1\]|localhost)(?::(\d{1,5}))?(\/[^#]*)?$/

/**
 * Whether `asked` is a registered address: character by character (RFC 9700 §2.1), but for the port of an
 * http loopback address, which the operating system gives the app at run time (RFC 8252 §7.3).
 */
export function allowsRedirect(registered: readonly string[], asked: string): boolean {
  if (registered.includes(asked)) return true
  const parts = loopback.exec(asked)
  if (!parts) return false
  const port = Number(parts[2] ?? 80)
  if (port < 1 || port > 65_535) return false
  return registered.some((address) => {
    const known = loopback.exec(address)
    return known !== null && known[1] === parts[1] && (known[3] ?? '') === (parts[3] ?? '')
  })
}

/** `Alex Rivera` and `alex.rivera@…` → `AR`. */
export const initialsOf = (name: string): string =>
  (name.split('@')[0] ?? name)
    .split(/[\s._+-]+/)
    .filter(Boolean)
    .slice(0, 2)
    .map((word) => [...word][0]?.toUpperCase() ?? '')
    .join('')

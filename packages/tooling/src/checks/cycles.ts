import type { Project } from './project.ts'

/** Cycles among imports that exist at run time; types may refer to each other. */
export const cycleFaults = ({ files, imports }: Project): string[] => {
  const known = new Set(files.map((file) => file.path))
  const next = (path: string): string[] =>
    (imports.get(path) ?? []).flatMap(({ target, typeOnly }) =>
      target && !typeOnly && known.has(target) ? [target] : [],
    )

  const faults: string[] = []
  const done = new Set<string>()
  const trail: string[] = []
  const visit = (path: string): void => {
    const at = trail.indexOf(path)
    if (at >= 0) faults.push(`import cycle: ${[...trail.slice(at), path].join(' → ')}`)
    if (at >= 0 || done.has(path)) return
    trail.push(path)
    for (const target of next(path)) visit(target)
    trail.pop()
    done.add(path)
  }
  for (const file of files) visit(file.path)
  return faults
}

import { relative, resolve, sep } from 'node:path'

/** The repository's folder. */
export const root: string = resolve(import.meta.dirname, '../../..')

/** A path as it is written in messages and rules: from the repository's folder, with forward slashes. */
export const fromRoot = (path: string): string => relative(root, path).split(sep).join('/')

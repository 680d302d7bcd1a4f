import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createUndoables } from '../src/account/undoable.ts'

/** The page, as far as it can be left. */
let page: EventTarget

beforeEach(() => {
  vi.useFakeTimers()
  page = new EventTarget()
  for (const name of ['addEventListener', 'removeEventListener'] as const) vi.stubGlobal(name, page[name].bind(page))
})

afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

const leave = () => page.dispatchEvent(new Event('pagehide'))

test('what is not undone is done after six seconds, once', async () => {
  const work = vi.fn(async () => {})
  createUndoables().add(work)
  await vi.advanceTimersByTimeAsync(5900)
  expect(work).not.toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(200)
  leave()
  expect(work).toHaveBeenCalledTimes(1)
})

test('leaving the page does it at once', () => {
  const work = vi.fn(async () => {})
  createUndoables().add(work)
  leave()
  leave()
  expect(work).toHaveBeenCalledTimes(1)
})

test('what is undone is never done', async () => {
  const work = vi.fn(async () => {})
  const undoables = createUndoables()
  undoables.add(work)()
  leave()
  await undoables.settle()
  await vi.advanceTimersByTimeAsync(10_000)
  expect(work).not.toHaveBeenCalled()
})

test('before somebody signs out everything that was not undone is done, and what has begun is awaited', async () => {
  const done: string[] = []
  const begun = Promise.withResolvers<void>()
  const undoables = createUndoables()
  undoables.add(() => begun.promise.then(() => void done.push('first')))
  await vi.advanceTimersByTimeAsync(6000)
  undoables.add(async () => void done.push('second'))
  const settled = undoables.settle().then(() => done.push('signed out'))
  await vi.advanceTimersByTimeAsync(0)
  expect(done).toEqual(['second'])
  begun.resolve()
  await settled
  expect(done).toEqual(['second', 'first', 'signed out'])
})

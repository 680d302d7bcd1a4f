import { expect, test } from 'vitest'
import { contribute, defineSlot, gather } from './slot.ts'

const numbers = defineSlot<number>('numbers')
const words = defineSlot<string>('words')

test('contributions of all features are found by slot and key', () => {
  const contributed = gather([
    contribute(numbers, { one: 1 }),
    contribute(words, { one: 'eins' }),
    contribute(numbers, { two: 2 }),
  ])
  expect([...contributed(numbers)]).toEqual([
    ['one', 1],
    ['two', 2],
  ])
  expect(contributed(words).get('one')).toBe('eins')
  expect(contributed(defineSlot<string>('empty')).size).toBe(0)
})

test('one key twice is an error that names slot and key', () => {
  expect(() => gather([contribute(numbers, { one: 1 }), contribute(numbers, { one: 2 })])).toThrow(
    "numbers: 'one' is contributed twice",
  )
})

import { expect, test } from 'vitest'
import { addToPreset } from './create.ts'

const name = { folder: 'token-exchange', code: 'tokenExchange', prose: 'Token exchange' }
const head =
  "import type { Feature } from '../kernel/feature.ts'\n\nexport const defaultFeatures: readonly Feature<Engine>[] = "

test.each([
  ['an empty list', '[]\n', 'tokenExchangeFeature'],
  ['a list on one line', '[par, dpop]\n', 'par, dpop,\n  tokenExchangeFeature'],
  ['a list of lines', '[\n  par,\n  dpop,\n]\n', 'par,\n  dpop,\n  tokenExchangeFeature'],
])('a new folder joins %s', (_, list, expected) => {
  const joined = addToPreset(head + list, 'features', name)
  expect(joined).toContain(expected)
  expect(joined).toContain("import { tokenExchangeFeature } from '../features/token-exchange/feature.ts'")
})

test('a preset without the list is refused, not damaged', () => {
  expect(() => addToPreset('export const other = []', 'features', name)).toThrow('defaultFeatures')
})

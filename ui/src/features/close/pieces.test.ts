import { describe, expect, it } from 'vitest'
import { piecesOf, worth } from './pieces'

describe('notes and coins', () => {
  it('add up in minor units', () => {
    const pieces = piecesOf('EUR')
    const counts = pieces.map((piece) => (piece === 5000 ? '2' : piece === 1 ? ' 7 ' : ''))
    expect(worth(pieces, counts)).toBe(10_007)
    expect(worth(pieces, ['1', '-1', '1.5', 'x', ''])).toBe(20_000)
  })

  it('are the largest first, and none twice', () => {
    for (const currency of ['EUR', 'USD', 'GBP', 'CHF', 'JPY']) {
      const pieces = piecesOf(currency)
      expect([...pieces].sort((a, b) => b - a)).toEqual(pieces)
      expect(new Set(pieces).size).toBe(pieces.length)
    }
    expect(piecesOf('BHD')).toEqual([])
  })
})

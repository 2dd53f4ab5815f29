import { describe, expect, it } from 'vitest'
import type { GridColumn, ShownColumn } from '$/platform'
import { columnsIn, leastOf, moved, resized, toggled, tracksOf, usual } from './columns'

const ids = (shown: ShownColumn[]) => shown.map(({ column }) => column)
const shown = (...columns: GridColumn[]): ShownColumn[] =>
  columns.map((column) => ({ column, width: null }))

describe('columns', () => {
  it('are few where nobody chose, and fewer where there is little room', () => {
    const at = (width: number) => columnsIn(width, []).map(({ id }) => id)
    expect(at(700)).toEqual(['code', 'title', 'buyer', 'status', 'price'])
    expect(at(1200)).toEqual([
      'code',
      'title',
      'buyer',
      'status',
      'price',
      'sold',
      'shop',
      'expires',
    ])
  })

  it('are all there where somebody chose them, in that order, and as wide as they said', () => {
    const chosen = [{ column: 'email' as const, width: 200 }, ...shown('code', 'message')]
    const columns = columnsIn(300, chosen)
    expect(columns.map(({ id }) => id)).toEqual(['email', 'code', 'message'])
    expect(tracksOf(columns)).toBe('200px 152px minmax(140px,1fr)')
    expect(leastOf(columns)).toBe(200 + 152 + 140 + 24)
  })

  it('move, also beyond the ends, and none gets lost', () => {
    const three = shown('code', 'title', 'buyer')
    expect(ids(moved(three, 'code', 1))).toEqual(['title', 'code', 'buyer'])
    expect(ids(moved(three, 'code', 9))).toEqual(['title', 'buyer', 'code'])
    expect(ids(moved(three, 'buyer', -3))).toEqual(['buyer', 'code', 'title'])
    expect(moved(three, 'shop', 0)).toBe(three)
  })

  it('come where they usually stand, and the last one stays', () => {
    expect(ids(toggled(usual, 'email'))).toEqual([
      'code',
      'title',
      'buyer',
      'email',
      ...ids(usual).slice(3),
    ])
    expect(ids(toggled(shown('price', 'code'), 'title'))).toEqual(['price', 'code', 'title'])
    expect(ids(toggled(shown('price', 'code'), 'code'))).toEqual(['price'])
    expect(ids(toggled(shown('price'), 'price'))).toEqual(['price'])
  })

  it('have widths that can be seen and fit', () => {
    expect(resized(shown('code'), 'code', 3)).toEqual([{ column: 'code', width: 56 }])
    expect(resized(shown('code'), 'code', 9999)).toEqual([{ column: 'code', width: 640 }])
    expect(resized([{ column: 'code', width: 90 }], 'code', null)).toEqual(shown('code'))
  })
})

import { describe, expect, it } from 'vitest'
import type { VoucherPage, VoucherRow } from '$/platform'
import { FIRST, PAGE, Pages, pageOf, sizeOf, startOf } from './pages'

const rowsFrom = (first: number, count: number) =>
  Array.from({ length: count }, (_, index) => ({ id: String(first + index) }) as VoucherRow)

function page(
  index: number,
  count: number,
  next: boolean,
  total: number | null = null,
): VoucherPage {
  return {
    rows: rowsFrom(startOf(index), count),
    next: next ? `key${index + 1}` : null,
    total,
    found_by: 'question',
  }
}

describe('pages', () => {
  it('tile the rows without gap or overlap', () => {
    for (const page of [0, 1, 2, 77]) {
      expect(pageOf(startOf(page))).toBe(page)
      expect(pageOf(startOf(page) + sizeOf(page) - 1)).toBe(page)
      expect(startOf(page) + sizeOf(page)).toBe(startOf(page + 1))
    }
  })

  it('start with a page without a key', () => {
    expect(new Pages().next(0)).toEqual({ page: 0, key: null })
  })

  it('count what was told, or what was reached and one page more', () => {
    const told = new Pages()
    told.put(0, page(0, FIRST, true, 1_000_000))
    expect(told.count).toBe(1_000_000)
    const untold = new Pages()
    untold.put(0, page(0, FIRST, true))
    expect(untold.count).toBe(FIRST + PAGE)
    untold.put(1, page(1, 7, false))
    expect(untold.count).toBe(FIRST + 7)
  })

  it('lead to a far page one key after another', () => {
    const pages = new Pages()
    pages.put(0, page(0, FIRST, true, 10 * PAGE))
    expect(pages.next(5)).toEqual({ page: 1, key: 'key1' })
    pages.put(1, page(1, PAGE, true))
    expect(pages.next(5)).toEqual({ page: 2, key: 'key2' })
    expect(pages.next(1)).toEqual({ page: 1, key: 'key1' })
  })

  it('know a far page by a key that was found without its predecessors', () => {
    const pages = new Pages()
    pages.put(0, page(0, FIRST, true, 1_000_000))
    pages.know(900, 'far')
    expect(pages.next(902)).toEqual({ page: 900, key: 'far' })
    pages.put(900, page(900, PAGE, true))
    expect(pages.next(901)).toEqual({ page: 901, key: 'key901' })
    expect(pages.next(5)).toEqual({ page: 1, key: 'key1' })
    expect(pages.count).toBe(1_000_000)
    expect(pages.row(startOf(900))?.id).toBe(String(startOf(900)))
  })

  it('find a row by its number', () => {
    const pages = new Pages()
    pages.put(0, page(0, FIRST, true))
    pages.put(1, page(1, 3, false))
    expect(pages.row(FIRST + 2)?.id).toBe(String(FIRST + 2))
    expect(pages.row(FIRST + 3)).toBeUndefined()
    expect(pages.next(4)).toBeNull()
  })

  it('let distant pages go and can read them again', () => {
    const pages = new Pages()
    for (let index = 0; index < 100; index++) pages.put(index, page(index, sizeOf(index), true))
    expect(pages.row(0)).toBeUndefined()
    expect(pages.row(startOf(99))?.id).toBe(String(startOf(99)))
    expect(pages.next(0)).toEqual({ page: 0, key: null })
    pages.put(0, page(0, FIRST, true, 5000))
    expect(pages.row(0)?.id).toBe('0')
    expect(pages.reached).toBe(startOf(100))
  })

  it('lose no row when one came in before them', () => {
    const pages = new Pages()
    pages.put(0, page(0, FIRST, true, 3 * PAGE))
    pages.put(1, page(1, PAGE, true))
    pages.put(0, {
      rows: rowsFrom(-1, FIRST),
      next: 'moved',
      total: 3 * PAGE + 1,
      found_by: 'question',
    })
    expect(pages.row(FIRST)).toBeUndefined()
    expect(pages.next(1)).toEqual({ page: 1, key: 'moved' })
    expect(pages.count).toBe(3 * PAGE + 1)
  })

  it('stay as they are when the same page is read again', () => {
    const pages = new Pages()
    pages.put(0, page(0, FIRST, true, 2 * PAGE))
    pages.put(1, page(1, PAGE, false))
    pages.put(0, page(0, FIRST, true, 2 * PAGE))
    expect(pages.row(FIRST)?.id).toBe(String(FIRST))
    expect(pages.ended).toBe(true)
  })
})

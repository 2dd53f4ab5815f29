import { describe, expect, it } from 'vitest'
import {
  at,
  inSlots,
  mostRows,
  moved,
  type Place,
  revealing,
  rowsIn,
  TALLEST,
  trackHeight,
} from './scroll'

const ROW = 30
const short = { full: 10_000 * ROW, viewport: 600 }
const million = { full: 1_000_000 * ROW, viewport: 600 }
const start: Place = { scroll: 0, top: 0 }

describe('a list that fits', () => {
  it('has a track as long as itself and moves one to one', () => {
    expect(trackHeight(short.full)).toBe(short.full)
    expect(moved(start, 12_345, short)).toEqual({ scroll: 12_345, top: 12_345 })
  })
})

describe('a million rows', () => {
  it('have a track that every engine can draw', () => {
    expect(trackHeight(million.full)).toBe(TALLEST)
  })

  it('move one to one with the wheel', () => {
    const place = moved(start, 120, million)
    expect(place.top).toBe(120)
    expect(moved(place, 60, million).top).toBe(60)
  })

  it('reach the very end with a dragged thumb', () => {
    const end = TALLEST - million.viewport
    expect(moved(start, end, million).top).toBe(million.full - million.viewport)
  })

  it('reach the middle with a dragged thumb', () => {
    const middle = (TALLEST - million.viewport) / 2
    const { top } = moved(start, middle, million)
    expect(top / ROW).toBeGreaterThan(499_000)
    expect(top / ROW).toBeLessThan(501_000)
  })

  it('keep the row in view when the thumb is put right after wheeling', () => {
    let place = at(15_000_000, million)
    for (let turn = 0; turn < 1000; turn++) place = moved(place, place.scroll + 120, million)
    expect(place.top).toBe(15_120_000)
    const settled = at(place.top, million)
    expect(settled.top).toBe(place.top)
    expect(settled.scroll).toBeLessThan(place.scroll)
    expect(moved(settled, settled.scroll + 30, million).top).toBe(place.top + 30)
  })

  it('never leave the list', () => {
    const nearTop: Place = { scroll: 400, top: 100 }
    expect(moved(nearTop, 0, million).top).toBe(0)
    const nearEnd = at(million.full, million)
    expect(nearEnd.top).toBe(million.full - million.viewport)
    expect(moved(nearEnd, nearEnd.scroll + 500, million).top).toBe(nearEnd.top)
  })
})

describe('rows to draw', () => {
  it('cover the view and a few beyond', () => {
    expect(rowsIn(0, 600, ROW, 1000)).toEqual({ start: 0, end: 33 })
    expect(rowsIn(3010, 600, ROW, 1000)).toEqual({ start: 94, end: 127 })
    expect(rowsIn(29_400, 600, ROW, 1000)).toEqual({ start: 967, end: 1000 })
  })

  it('are none in an empty list, and all of a short one', () => {
    expect(rowsIn(0, 600, ROW, 0)).toEqual({ start: 0, end: 0 })
    expect(rowsIn(0, 600, ROW, 7)).toEqual({ start: 0, end: 7 })
  })

  it('are as many wherever it is scrolled to, and hold all in the view', () => {
    for (const viewport of [0, 1, 29, 30, 31, 600, 617]) {
      for (let top = 0; top <= 1000 * ROW - viewport; top += 97) {
        const { start, end } = rowsIn(top, viewport, ROW, 1000)
        expect(end - start).toBe(mostRows(viewport, ROW))
        expect(start * ROW <= top && end * ROW >= top + viewport).toBe(true)
      }
    }
  })

  it('keep their elements in their places until it rests', () => {
    const slots = 5
    const element = (number: number) => number % slots
    const resting = inSlots({ start: 100, end: 105 }, slots, 100)
    expect(resting).toEqual([100, 101, 102, 103, 104])
    const scrolled = inSlots({ start: 103, end: 108 }, slots, 100)
    expect(scrolled).toEqual([105, 106, 107, 103, 104])
    expect(scrolled.map(element)).toEqual(resting.map(element))
    expect(inSlots({ start: 103, end: 108 }, slots, 103)).toEqual([103, 104, 105, 106, 107])
    expect(inSlots({ start: 0, end: 2 }, slots, 3)).toEqual([0, 1])
    expect(inSlots({ start: 0, end: 0 }, slots, 3)).toEqual([])
  })

  it('scroll no further than needed to show one', () => {
    expect(revealing(5, 0, 600, ROW)).toBe(0)
    expect(revealing(20, 0, 600, ROW)).toBe(30)
    expect(revealing(2, 300, 600, ROW)).toBe(60)
  })
})

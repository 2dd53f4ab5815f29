import { describe, expect, it } from 'vitest'
import { bar, marks } from './chart'

describe('the marks of an axis', () => {
  it('are round numbers around the values, with 0 among them', () => {
    expect(marks([3, 41, 87])).toEqual([0, 50, 100])
    expect(marks([1200, 4100])).toEqual([0, 2000, 4000, 6000])
    expect(marks([-30, 80])).toEqual([-50, 0, 50, 100])
    expect(marks([0.02, 0.07])[0]).toBe(0)
  })

  it('are there where nothing is', () => {
    expect(marks([])).toEqual([0, 1])
    expect(marks([0, 0])).toEqual([0, 1])
  })

  it('hold every value', () => {
    for (const values of [[1], [-7, -1], [999_999, 12], [5e12], [-3, 1e6]]) {
      const axis = marks(values)
      for (const value of values) {
        expect(axis[0]).toBeLessThanOrEqual(value)
        expect(axis.at(-1)).toBeGreaterThanOrEqual(value)
      }
    }
  })
})

describe('a bar', () => {
  it('stands on 0 and goes the way of its value', () => {
    const axis = [-50, 0, 50, 100]
    expect(bar(100, axis)).toEqual({ top: 0, length: 2 / 3 })
    expect(bar(0, axis)).toEqual({ top: 2 / 3, length: 0 })
    const below = bar(-50, axis)
    expect(below.top).toBeCloseTo(2 / 3)
    expect(below.length).toBeCloseTo(1 / 3)
  })
})

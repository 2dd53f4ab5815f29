import { describe, expect, it } from 'vitest'
import { shifted } from './days'

describe('days', () => {
  it('go on over the ends of months, years and summer time', () => {
    expect(shifted('2026-02-28', 1)).toBe('2026-03-01')
    expect(shifted('2026-01-01', -1)).toBe('2025-12-31')
    expect(shifted('2026-03-29', 1)).toBe('2026-03-30')
    expect(shifted('2026-10-25', -1)).toBe('2026-10-24')
  })
})

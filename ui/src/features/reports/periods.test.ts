import { describe, expect, it } from 'vitest'
import { period, presetOf, presets } from './periods'

describe('a period', () => {
  it('begins and ends with whole months, quarters and years', () => {
    const today = '2026-11-26'
    expect(period('this_month', today)).toEqual({ from: '2026-11-01', to: '2026-11-26' })
    expect(period('last_month', today)).toEqual({ from: '2026-10-01', to: '2026-10-31' })
    expect(period('this_quarter', today)).toEqual({ from: '2026-10-01', to: '2026-11-26' })
    expect(period('last_quarter', today)).toEqual({ from: '2026-07-01', to: '2026-09-30' })
    expect(period('this_year', today)).toEqual({ from: '2026-01-01', to: '2026-11-26' })
    expect(period('last_year', today)).toEqual({ from: '2025-01-01', to: '2025-12-31' })
    expect(period('last_12_months', today)).toEqual({ from: '2025-11-27', to: '2026-11-26' })
  })

  it('knows the ends of months and years', () => {
    expect(period('last_month', '2024-03-31')).toEqual({ from: '2024-02-01', to: '2024-02-29' })
    expect(period('yesterday', '2026-01-01')).toEqual({ from: '2025-12-31', to: '2025-12-31' })
    expect(period('last_quarter', '2026-01-15')).toEqual({ from: '2025-10-01', to: '2025-12-31' })
  })

  it('is known again by its days', () => {
    for (const preset of presets) {
      expect(presetOf(period(preset, '2026-11-26'), '2026-11-26')).toBe(preset)
    }
    expect(presetOf({ from: '2026-11-02', to: '2026-11-26' }, '2026-11-26')).toBeNull()
  })
})

import { describe, expect, it, vi } from 'vitest'
import type { VoucherFilters } from '$/platform'
import { chipsOf } from './chips'
import { noFilters } from './filters'

// The words ask which language the system speaks.
vi.hoisted(() => {
  Object.assign(globalThis, {
    navigator: { languages: ['en-GB'] },
    window: { addEventListener: () => {} },
  })
})

const choices = {
  shops: [{ id: 's1', name: 'Rue des Perles' }],
  templates: [{ id: 't1', name: 'Course' }],
  batches: [{ id: 'b1', name: 'Christmas' }],
  staff: [{ id: 'p1', name: 'Carla' }],
  currencies: [],
}

describe('chips', () => {
  it('are one for each value, and taking one away leaves the others', () => {
    const filters: VoucherFilters = {
      ...noFilters,
      status: ['used', 'expired'],
      template: ['t1'],
      batch: ['b1'],
      shop: ['s1', 'gone'],
      sold_by: ['p1'],
      payment: ['cash'],
      currency: ['EUR'],
      sold: 'today',
      expires_within: 30,
      value_min: 500,
      open_conflict: true,
      waiting: true,
    }
    const chips = chipsOf(filters, choices)
    expect(chips.map(({ id }) => id)).toEqual([
      'status-used',
      'status-expired',
      'template-t1',
      'batch-b1',
      'shop-s1',
      'shop-gone',
      'sold_by-p1',
      'payment-cash',
      'currency-EUR',
      'sold',
      'expires',
      'value',
      'conflict',
      'waiting',
    ])
    expect(chips[0]?.without.status).toEqual(['expired'])
    expect(chips.find(({ id }) => id === 'shop-gone')?.text).toContain('…')
    const nothing = chips.reduce((left, { id }) => {
      const chip = chipsOf(left, choices).find((one) => one.id === id)
      return chip?.without ?? left
    }, filters)
    expect(nothing).toEqual(noFilters)
  })
})

import { describe, expect, it } from 'vitest'
import type { Fact } from '$/platform'
import '$/platform/testing/rust'
import { deviceOf, factLine, personOf } from './facts'
import { paymentWord } from './words'

const fact = (told: Partial<Fact>): Fact => ({
  op_id: '1',
  at: '2026-03-02T13:05:00Z',
  staff: '',
  shop: 'Lyon',
  device: '',
  by_server: false,
  on_shop_page: false,
  ...told,
})

describe('who did it', () => {
  it('is a person at a device, where it was one', () => {
    const sold = fact({ staff: 'Anna', device: 'Till 2' })
    expect([personOf(sold), deviceOf(sold)]).toEqual(['Anna', 'Till 2'])
  })

  it('is the shop page for what was bought there, and not the server', () => {
    const bought = fact({ by_server: true, on_shop_page: true })
    expect([personOf(bought), deviceOf(bought)]).toEqual(['the shop page', 'the shop page'])
    expect(factLine(bought)).toMatch(/by the shop page$/)
  })

  it('is the server for what it does at night', () => {
    expect(personOf(fact({ by_server: true }))).toBe('the server')
  })

  it('is told as unknown where nobody knows it here', () => {
    expect(personOf(fact({}))).not.toBe('')
  })
})

describe('how it was paid', () => {
  it('is online for what was bought on the shop page, whatever the books call it', () => {
    expect([paymentWord('other', true), paymentWord('other')]).toEqual(['Online', 'Other'])
  })
})

import { expect, it } from 'vitest'
import { blank, changesSales, type Typed } from './form'

const saved: Typed = { ...blank, title: 'Massage', price: '49.00', rate: '20' }

it('an edit changes later sales by what it says, not by how it is written', () => {
  for (const same of [
    { price: '49' },
    { price: ' 49,0 ' },
    { rate: '20.0' },
    { months: '012' },
    { title: 'Bath' },
  ]) {
    expect([same, changesSales({ ...saved, ...same }, saved)]).toEqual([same, false])
  }
  const others: Partial<Typed>[] = [
    { price: '49.01' },
    { currency: 'CHF' },
    { months: '6' },
    { ends: false },
    { rate: '10' },
    { vat: 'multi_purpose' },
    { price: 'forty' },
  ]
  for (const other of others) {
    expect([other, changesSales({ ...saved, ...other }, saved)]).toEqual([other, true])
  }
})

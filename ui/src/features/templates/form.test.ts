import { expect, it, vi } from 'vitest'
import { locale } from '$/i18n/locale.svelte'
import type { TemplateForm } from '$/platform'
import { blank, changesSales, formFrom, type Typed, typedFrom } from './form'

// The amounts ask which language the system speaks.
vi.hoisted(() => {
  Object.assign(globalThis, {
    navigator: { languages: ['en-GB'] },
    window: { addEventListener: () => {} },
    document: { documentElement: { lang: '' } },
  })
})

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

it('amounts stand as this reader types them, and are sent as they stand', () => {
  const kept: TemplateForm = {
    title: 'Massage',
    description: '',
    price: '49.50',
    currency: 'EUR',
    validity_months: 12,
    vat: { kind: 'single_purpose', rate_basis_points: 550 },
  }
  for (const [language, price, rate] of [
    ['fr', '49,50', '5,5'],
    ['en', '49.50', '5.5'],
  ] as const) {
    locale.speak(language)
    const typed = typedFrom(kept)
    expect([typed.price, typed.rate]).toEqual([price, rate])
    expect(formFrom(typed)).toEqual({ form: { ...kept, price } })
    expect(changesSales(typed, typedFrom(kept))).toBe(false)
  }
})

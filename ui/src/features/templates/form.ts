import { asTyped } from '$/i18n/format'
import { decimal, MOST_DECIMALS, typedMinor } from '$/i18n/money'
import type { Currency, Money, TemplateForm } from '$/platform'

/** The form as it is typed: everything that a person writes is text until it is sent. */
export type Typed = {
  title: string
  description: string
  price: string
  currency: string
  ends: boolean
  months: string
  vat: 'single_purpose' | 'multi_purpose'
  rate: string
}

// Basis points are percent with two decimals, so they are typed and read like money.
const RATE_EXPONENT = 2

export const blank: Typed = {
  title: '',
  description: '',
  price: '',
  currency: 'EUR',
  ends: true,
  months: '12',
  vat: 'single_purpose',
  rate: '20',
}

export function typedFrom(form: TemplateForm): Typed {
  const rate = form.vat.kind === 'single_purpose' ? form.vat.rate_basis_points : null
  return {
    title: form.title,
    description: form.description,
    price: asTyped(form.price),
    currency: form.currency,
    ends: form.validity_months !== null,
    months: form.validity_months === null ? '12' : String(form.validity_months),
    vat: form.vat.kind,
    rate: rate === null ? '20' : asTyped(decimal(rate, RATE_EXPONENT).replace(/\.?0+$/, '')),
  }
}

/** What is sent, or the names of the fields that are no numbers and cannot be sent as such. */
export function formFrom(typed: Typed): { form: TemplateForm } | { bad: string[] } {
  const months = typedMinor(typed.months, 0)
  const rate = typedMinor(typed.rate, RATE_EXPONENT)
  const bad = []
  if (typed.ends && months === null) bad.push('validity_months')
  if (typed.vat === 'single_purpose' && rate === null) bad.push('vat')
  if (bad.length > 0) return { bad }
  return {
    form: {
      title: typed.title,
      description: typed.description,
      price: typed.price.trim(),
      currency: typed.currency,
      validity_months: typed.ends ? months : null,
      vat:
        typed.vat === 'single_purpose'
          ? { kind: 'single_purpose', rate_basis_points: rate ?? 0 }
          : { kind: 'multi_purpose' },
    },
  }
}

/** Another template like it, under a title that tells them apart. */
export function copyOf(typed: Typed, title: string): Typed {
  return { ...typed, title }
}

/** What an edit changes for vouchers that are sold from then on; the sold ones keep what they were sold with. */
export function changesSales(typed: Typed, saved: Typed): boolean {
  // However it is written: 49 is 49.00. What is no number is otherwise than any.
  const value = (text: string, exponent: number) => typedMinor(text, exponent) ?? text.trim()
  const terms = ({ price, currency, ends, months, vat, rate }: Typed) =>
    JSON.stringify([
      value(price, MOST_DECIMALS),
      currency,
      ends && value(months, 0),
      vat,
      vat === 'single_purpose' && value(rate, RATE_EXPONENT),
    ])
  return terms(typed) !== terms(saved)
}

/** The price for the preview; null until it is one. */
export function previewPrice(typed: Typed, currencies: Currency[]): Money | null {
  const exponent = currencies.find((one) => one.code === typed.currency)?.exponent ?? 2
  const minor = typedMinor(typed.price, exponent)
  return minor === null ? null : { minor, currency: typed.currency, exponent }
}

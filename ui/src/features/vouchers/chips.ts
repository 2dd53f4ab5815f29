import { asTyped, day, number } from '$/i18n/format'
import * as m from '$/i18n/generated/messages'
import { decimal } from '$/i18n/money'
import { paymentWord, statusWord } from '$/i18n/words'
import type { FilterChoices, VoucherFilters } from '$/platform'
import { dayRangeWord } from './filters'

export type Chip = { id: string; text: string; without: VoucherFilters }
type Named = { id: string; name: string }
type Range = {
  both: (facts: { from: string; to: string }) => string
  from: (facts: { from: string }) => string
  to: (facts: { to: string }) => string
}

// The exponent that the filter's fields are typed with, see Filters.svelte.
export const VALUE_EXPONENT = 2

const sold: Range = { both: m.chip_sold_range, from: m.chip_sold_from, to: m.chip_sold_to }
const expires: Range = {
  both: m.chip_expires_range,
  from: m.chip_expires_from,
  to: m.chip_expires_to,
}
const value: Range = { both: m.chip_value_range, from: m.chip_value_from, to: m.chip_value_to }

function range(words: Range, from: string | null, to: string | null): string | null {
  if (from !== null && to !== null) return words.both({ from, to })
  if (from !== null) return words.from({ from })
  if (to !== null) return words.to({ to })
  return null
}

const nameOf = (id: string, all: Named[]) => all.find((one) => one.id === id)?.name ?? '…'
const dayOf = (date: string | null) => date && day(date)
const amount = (minor: number | null) =>
  minor === null ? null : asTyped(decimal(minor, VALUE_EXPONENT))

/** One chip for each of several values, without which the others stay. */
function each<
  Key extends 'status' | 'template' | 'batch' | 'shop' | 'sold_by' | 'payment' | 'currency',
>(filters: VoucherFilters, key: Key, text: (value: VoucherFilters[Key][number]) => string): Chip[] {
  const values = filters[key] as VoucherFilters[Key][number][]
  return values.map((value) => ({
    id: `${key}-${value}`,
    text: text(value),
    without: { ...filters, [key]: values.filter((other) => other !== value) },
  }))
}

/** The filters that are on, each with what is left when it is taken away. */
export function chipsOf(filters: VoucherFilters, choices: FilterChoices): Chip[] {
  const chips: Chip[] = [
    ...each(filters, 'status', (status) => m.chip_status({ value: statusWord(status) })),
    ...each(filters, 'template', (id) => m.chip_template({ value: nameOf(id, choices.templates) })),
    ...each(filters, 'batch', (id) => m.chip_batch({ value: nameOf(id, choices.batches) })),
    ...each(filters, 'shop', (id) => m.chip_shop({ value: nameOf(id, choices.shops) })),
    ...each(filters, 'sold_by', (id) => m.chip_sold_by({ value: nameOf(id, choices.staff) })),
    ...each(filters, 'payment', (payment) => m.chip_payment({ value: paymentWord(payment) })),
    ...each(filters, 'currency', (code) => m.chip_currency({ value: code })),
  ]
  const add = (id: string, text: string | null, gone: Partial<VoucherFilters>) => {
    if (text !== null) chips.push({ id, text, without: { ...filters, ...gone } })
  }
  const soldText = filters.sold
    ? m.chip_sold({ value: dayRangeWord(filters.sold) })
    : range(sold, dayOf(filters.sold_from), dayOf(filters.sold_to))
  add('sold', soldText, { sold: null, sold_from: null, sold_to: null })
  const within = filters.expires_within
  const expiresText =
    within === null
      ? range(expires, dayOf(filters.expires_from), dayOf(filters.expires_to))
      : m.chip_expires_within({ days: number(within) })
  add('expires', expiresText, { expires_within: null, expires_from: null, expires_to: null })
  add('value', range(value, amount(filters.value_min), amount(filters.value_max)), {
    value_min: null,
    value_max: null,
  })
  add('conflict', filters.open_conflict ? m.chip_conflict() : null, { open_conflict: false })
  add('waiting', filters.waiting ? m.chip_waiting() : null, { waiting: false })
  return chips
}

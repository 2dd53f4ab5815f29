import { day } from '$/i18n/format'
import * as m from '$/i18n/generated/messages'
import { decimal } from '$/i18n/money'
import { statusWord } from '$/i18n/words'
import type { VoucherFilters } from '$/platform'

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
const amount = (minor: number | null) => (minor === null ? null : decimal(minor, VALUE_EXPONENT))

/** The filters that are on, each with what is left when it is taken away. */
export function chipsOf(filters: VoucherFilters, shops: Named[], templates: Named[]): Chip[] {
  const chips: Chip[] = filters.status.map((status) => ({
    id: `status-${status}`,
    text: m.chip_status({ value: statusWord(status) }),
    without: { ...filters, status: filters.status.filter((other) => other !== status) },
  }))
  const add = (id: string, text: string | null, gone: Partial<VoucherFilters>) => {
    if (text !== null) chips.push({ id, text, without: { ...filters, ...gone } })
  }
  const { template, shop } = filters
  add('template', template && m.chip_template({ value: nameOf(template, templates) }), {
    template: null,
  })
  add('shop', shop && m.chip_shop({ value: nameOf(shop, shops) }), { shop: null })
  add('sold', range(sold, dayOf(filters.sold_from), dayOf(filters.sold_to)), {
    sold_from: null,
    sold_to: null,
  })
  add('expires', range(expires, dayOf(filters.expires_from), dayOf(filters.expires_to)), {
    expires_from: null,
    expires_to: null,
  })
  add('value', range(value, amount(filters.value_min), amount(filters.value_max)), {
    value_min: null,
    value_max: null,
  })
  return chips
}

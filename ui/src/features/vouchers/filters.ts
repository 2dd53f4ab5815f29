import * as m from '$/i18n/generated/messages'
import type { DayRange, SavedView, VoucherFilters } from '$/platform'

export const noFilters: VoucherFilters = {
  status: [],
  template: [],
  batch: [],
  shop: [],
  sold_by: [],
  payment: [],
  sold: null,
  sold_from: null,
  sold_to: null,
  expires_within: null,
  expires_from: null,
  expires_to: null,
  value_min: null,
  value_max: null,
  currency: [],
  open_conflict: false,
  waiting: false,
}

export const isUnfiltered = (filters: VoucherFilters) =>
  JSON.stringify(filters) === JSON.stringify(noFilters)

export const dayRanges: DayRange[] = [
  'today',
  'yesterday',
  'this_week',
  'last_week',
  'this_month',
  'last_month',
  'this_year',
]

export const dayRangeWord = (range: DayRange) =>
  ({
    today: m.days_today,
    yesterday: m.days_yesterday,
    this_week: m.days_this_week,
    last_week: m.days_last_week,
    this_month: m.days_this_month,
    last_month: m.days_last_month,
    this_year: m.days_this_year,
  })[range]()

/** Days within which vouchers expire, to choose from. */
export const horizons = [7, 30, 60, 90]

/** A question that is there for everybody; its name is a word. */
export type BuiltIn = Omit<SavedView, 'name' | 'columns'> & { id: string; title: () => string }

const newest = { search: '', sort: 'sold_at', descending: true } as const

export const builtIn: BuiltIn[] = [
  { ...newest, id: 'all', title: m.view_all, filters: noFilters },
  { ...newest, id: 'today', title: m.view_today, filters: { ...noFilters, sold: 'today' } },
  {
    search: '',
    sort: 'expires_on',
    descending: false,
    id: 'expiring',
    title: m.view_expiring,
    filters: { ...noFilters, status: ['purchased'], expires_within: 30 },
  },
  {
    search: '',
    sort: 'changed',
    descending: true,
    id: 'unrefunded',
    title: m.view_unrefunded,
    filters: { ...noFilters, status: ['cancelled'] },
  },
  {
    ...newest,
    id: 'conflict',
    title: m.view_conflict,
    filters: { ...noFilters, open_conflict: true },
  },
  { ...newest, id: 'waiting', title: m.view_waiting, filters: { ...noFilters, waiting: true } },
]

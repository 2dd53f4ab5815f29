import * as m from '$/i18n/generated/messages'
import type { SortKey } from '$/platform'

export type ColumnId = 'code' | 'title' | 'buyer' | 'status' | 'price' | 'sold' | 'expires' | 'shop'

export type Column = {
  id: ColumnId
  sort: SortKey | null
  title: () => string
  track: string
  /** The grid's width from which the column is shown. */
  from: number
  right?: boolean
}

const columns: Column[] = [
  { id: 'code', sort: 'code', title: m.word_code, track: '152px', from: 0 },
  { id: 'title', sort: 'title', title: m.word_title, track: 'minmax(0,2fr)', from: 0 },
  { id: 'buyer', sort: 'buyer', title: m.word_buyer, track: 'minmax(0,1fr)', from: 0 },
  { id: 'status', sort: 'status', title: m.word_status, track: '124px', from: 0 },
  { id: 'price', sort: 'price', title: m.word_value, track: '100px', from: 0, right: true },
  { id: 'sold', sort: 'sold_at', title: m.word_sold, track: '128px', from: 860, right: true },
  {
    id: 'expires',
    sort: 'expires_on',
    title: m.word_expires,
    track: '84px',
    from: 960,
    right: true,
  },
  { id: 'shop', sort: null, title: m.word_shop, track: 'minmax(0,104px)', from: 1040 },
]

/** The columns that a grid of this width has room for; what is left out stands in the detail. */
export const columnsIn = (width: number) => columns.filter((column) => width >= column.from)

/** One set of tracks for the head and all rows; the texts share what the figures leave. */
export const tracksOf = (shown: Column[]) => shown.map((column) => column.track).join(' ')

export const ROW = 30

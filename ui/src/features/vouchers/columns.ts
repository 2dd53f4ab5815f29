import * as m from '$/i18n/generated/messages'
import type { GridColumn, ShownColumn, SortKey } from '$/platform'

export type Column = {
  id: GridColumn
  sort: SortKey | null
  title: () => string
  /** Pixels; what is left of the grid goes to the columns with a share. */
  width: number
  share?: number
  /** Among the usual columns from this width of the grid on; the others wait to be chosen. */
  from?: number
  right?: boolean
}

/** A column as it is shown: its track in the grid, and how wide it is at least. */
export type Shown = Column & { track: string; least: number }

export const ROW = 30
export const GAP = 12
export const NARROWEST = 56
export const WIDEST = 640

export const columns: Column[] = [
  { id: 'code', sort: 'code', title: m.word_code, width: 152, from: 0 },
  { id: 'title', sort: 'title', title: m.word_title, width: 160, share: 2, from: 0 },
  { id: 'buyer', sort: 'buyer', title: m.word_buyer, width: 110, share: 1, from: 0 },
  { id: 'email', sort: 'email', title: m.grid_email, width: 140, share: 1 },
  { id: 'recipient', sort: 'recipient', title: m.word_recipient, width: 110, share: 1 },
  { id: 'message', sort: null, title: m.word_message, width: 140, share: 1 },
  { id: 'status', sort: 'status', title: m.word_status, width: 124, from: 0 },
  { id: 'price', sort: 'price', title: m.word_value, width: 100, from: 0, right: true },
  { id: 'payment', sort: 'payment', title: m.word_payment, width: 104 },
  { id: 'sold', sort: 'sold_at', title: m.word_sold, width: 128, from: 860, right: true },
  { id: 'sold_by', sort: 'sold_by', title: m.grid_sold_by, width: 110 },
  { id: 'shop', sort: 'shop', title: m.word_shop, width: 104, from: 1040 },
  { id: 'expires', sort: 'expires_on', title: m.word_expires, width: 84, from: 960, right: true },
  { id: 'changed', sort: 'changed', title: m.grid_changed, width: 128, right: true },
]

const byId = new Map(columns.map((column) => [column.id, column]))

/** What is shown where nobody chose otherwise, before the width decides. */
export const usual: ShownColumn[] = columns
  .filter((column) => column.from !== undefined)
  .map(({ id }) => ({ column: id, width: null }))

function shownAs(column: Column, width: number | null, squeezed: boolean): Shown {
  if (width !== null) return { ...column, track: `${width}px`, least: width }
  if (!column.share) return { ...column, track: `${column.width}px`, least: column.width }
  const least = squeezed ? 0 : column.width
  return { ...column, track: `minmax(${least}px,${column.share}fr)`, least }
}

/** The columns of a grid that wide. Chosen ones are all there, and the grid scrolls sideways where they are too many. */
export function columnsIn(width: number, chosen: ShownColumn[]): Shown[] {
  if (chosen.length === 0) {
    const fitting = columns.filter(({ from }) => from !== undefined && width >= from)
    return fitting.map((column) => shownAs(column, null, true))
  }
  return chosen.flatMap(({ column: id, width: own }) => {
    const column = byId.get(id)
    return column ? [shownAs(column, own, false)] : []
  })
}

/** One set of tracks for the head and all rows; the texts share what the figures leave. */
export const tracksOf = (shown: Shown[]) => shown.map((column) => column.track).join(' ')

/** How wide the columns are together at least. */
export const leastOf = (shown: Shown[]) =>
  shown.reduce((sum, { least }) => sum + least, 0) + Math.max(0, shown.length - 1) * GAP

const clamp = (value: number) => Math.round(Math.min(Math.max(value, NARROWEST), WIDEST))

/** The column that wide from now on; `null` gives it back what it likes. */
export const resized = (shown: ShownColumn[], id: GridColumn, width: number | null) =>
  shown.map((one) =>
    one.column === id ? { column: id, width: width === null ? null : clamp(width) } : one,
  )

/** The column at another place. */
export function moved(shown: ShownColumn[], id: GridColumn, to: number): ShownColumn[] {
  const from = shown.findIndex((one) => one.column === id)
  const one = shown[from]
  if (!one) return shown
  const rest = shown.filter((other) => other !== one)
  rest.splice(Math.min(Math.max(0, to), rest.length), 0, one)
  return rest
}

/** The column shown or not; the last one stays. A new one comes where it usually stands among those that are there. */
export function toggled(shown: ShownColumn[], id: GridColumn): ShownColumn[] {
  if (shown.some((one) => one.column === id)) {
    return shown.length > 1 ? shown.filter((one) => one.column !== id) : shown
  }
  const order = columns.map((column) => column.id)
  const before = order.slice(0, order.indexOf(id))
  const place = shown.reduce(
    (after, one, index) => (before.includes(one.column) ? index + 1 : after),
    0,
  )
  return [...shown.slice(0, place), { column: id, width: null }, ...shown.slice(place)]
}

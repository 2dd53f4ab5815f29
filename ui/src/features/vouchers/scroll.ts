// Engines lose whole pixels of position from 2^24 on, and cap an element's height not far above it.
// Longer lists get a shorter scroll track: small moves stay one to one, a dragged thumb is stretched.
export const TALLEST = 12_000_000

export type Place = {
  /** The scroll position of the element. */
  scroll: number
  /** The position in the whole list, in pixels. */
  top: number
}

export type Extent = { full: number; viewport: number }

export const trackHeight = (full: number) => Math.min(full, TALLEST)

const reach = (height: number, viewport: number) => Math.max(0, height - viewport)
const clamp = (value: number, most: number) => Math.min(Math.max(0, value), most)

/** Where the list is after the element was scrolled to `scroll`. */
export function moved(from: Place, scroll: number, { full, viewport }: Extent): Place {
  const most = reach(full, viewport)
  if (full <= TALLEST) return { scroll, top: clamp(scroll, most) }
  const delta = scroll - from.scroll
  if (Math.abs(delta) <= viewport) return { scroll, top: clamp(from.top + delta, most) }
  const track = reach(trackHeight(full), viewport)
  return { scroll, top: clamp(Math.round((scroll / track) * most), most) }
}

/** The place with the element's scroll position where the whole list says it belongs. */
export function at(top: number, { full, viewport }: Extent): Place {
  const most = reach(full, viewport)
  const clamped = clamp(top, most)
  if (full <= TALLEST) return { scroll: clamped, top: clamped }
  const track = reach(trackHeight(full), viewport)
  return { scroll: Math.round((clamped / most) * track), top: clamped }
}

/** How many rows are drawn above and below those in the view. */
const BEYOND = 6

/** At most so many rows are drawn at once. */
export const mostRows = (viewport: number, height: number) =>
  Math.ceil(viewport / height) + 1 + 2 * BEYOND

/** The rows to draw, with some beyond each edge; `end` is exclusive. They are always as many, so that none is made or taken away on the way. */
export function rowsIn(top: number, viewport: number, height: number, count: number) {
  const most = mostRows(viewport, height)
  const start = clamp(Math.floor(top / height) - BEYOND, Math.max(0, count - most))
  return { start, end: Math.min(count, start + most) }
}

/**
 * The rows in the order of their elements. A row is drawn by the element of its number modulo `slots`, and the element of `first` comes
 * first: while that one stays, no element changes its place among the others.
 */
export function inSlots(
  { start, end }: { start: number; end: number },
  slots: number,
  first: number,
): number[] {
  const numbers: number[] = []
  for (let place = 0; place < slots; place++) {
    const ahead = (((first + place - start) % slots) + slots) % slots
    if (start + ahead < end) numbers.push(start + ahead)
  }
  return numbers
}

/** The position that brings a row into view with the least movement. */
export function revealing(row: number, top: number, viewport: number, height: number): number {
  const above = row * height
  if (above < top) return above
  if (above + height > top + viewport) return above + height - viewport
  return top
}

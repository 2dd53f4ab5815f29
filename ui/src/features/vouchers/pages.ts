import type { VoucherPage, VoucherQuery, VoucherRow } from '$/platform'
import { noFilters } from './filters'

/** Rows of the first page: few, because it is read again with every letter of a search. */
export const FIRST = 100
/** Rows of every page after it: many, because a jump reads all pages on its way. */
export const PAGE = 500
// Far more than any window shows, and the memory stays the same at a million rows.
const KEPT = 16

export const sizeOf = (page: number) => (page === 0 ? FIRST : PAGE)
export const startOf = (page: number) => (page === 0 ? 0 : FIRST + (page - 1) * PAGE)
export const pageOf = (row: number) => (row < FIRST ? 0 : 1 + Math.floor((row - FIRST) / PAGE))

/** What is asked for; the page of it is chosen by key. */
export type Query = Omit<VoucherQuery, 'after' | 'limit'>

/** The newest first, all of them. */
export const everything: Query = {
  search: '',
  filters: noFilters,
  sort: 'sold_at',
  descending: true,
}

/**
 * The rows of one query as far as they were read. A page can be asked for again by its key once
 * the page before it was seen; pages out of sight are let go.
 */
export class Pages {
  /** Keys fit no other one. */
  readonly query: Query
  #pages = new Map<number, VoucherRow[]>()
  /** By page; a page without one is reached by its predecessors, or at once where Rust knows how. */
  #keys = new Map<number, string | null>([[0, null]])
  #reached = 0
  #ended = false
  total: number | null = null

  constructor(query: Query = everything) {
    this.query = query
  }

  /** How many rows the list has as far as is known; one page more while it goes on. */
  get count(): number {
    if (this.#ended) return this.#reached
    if (this.total !== null) return Math.max(this.total, this.#reached)
    return this.#reached + (this.#reached > 0 ? PAGE : 0)
  }

  get ended() {
    return this.#ended
  }

  get reached() {
    return this.#reached
  }

  row(index: number): VoucherRow | undefined {
    const page = pageOf(index)
    return this.#pages.get(page)?.[index - startOf(page)]
  }

  has(page: number) {
    return this.#pages.has(page)
  }

  /** The next page to read on the way to this one, and its key; null where there is nothing to read. */
  next(wanted: number): { page: number; key: string | null } | null {
    if (this.#ended && startOf(wanted) >= this.#reached && wanted > 0) return null
    let page = wanted
    while (page > 0 && !this.#keys.has(page)) page--
    return { page, key: this.#keys.get(page) ?? null }
  }

  /** A far page's key, found without reading its predecessors. */
  know(page: number, key: string) {
    this.#keys.set(page, key)
  }

  put(page: number, answer: VoucherPage) {
    this.#pages.delete(page)
    this.#pages.set(page, answer.rows)
    if (page === 0 && answer.total !== null) this.total = answer.total
    // Another key than before: rows came or went, and what followed no longer joins on.
    const following = this.#keys.get(page + 1)
    if (following !== undefined && following !== answer.next) this.#cut(page)
    const end = startOf(page) + answer.rows.length
    if (answer.next === null) {
      this.#cut(page)
      this.#ended = true
      this.#reached = end
    } else {
      this.#keys.set(page + 1, answer.next)
      this.#reached = Math.max(this.#reached, end)
    }
    this.#forget(page)
  }

  /**
   * Something changed, and these pages were read again. The others are let go, and read anew by their keys when
   * they are seen. `total` is how many match now, where that is known.
   */
  renew(fresh: ReadonlySet<number>, total: number | null) {
    for (const page of [...this.#pages.keys()]) if (!fresh.has(page)) this.#pages.delete(page)
    if (total === null) return
    this.total = total
    // Where the list ended before is not where it ends now.
    if (this.#ended && total !== this.#reached) this.#ended = false
    this.#reached = Math.min(this.#reached, total)
  }

  #cut(after: number) {
    this.#ended = false
    for (const page of [...this.#keys.keys()]) if (page > after) this.#keys.delete(page)
    for (const page of [...this.#pages.keys()]) if (page > after) this.#pages.delete(page)
  }

  #forget(around: number) {
    if (this.#pages.size <= KEPT) return
    const byDistance = [...this.#pages.keys()].sort(
      (a, b) => Math.abs(b - around) - Math.abs(a - around),
    )
    for (const page of byDistance.slice(0, this.#pages.size - KEPT)) this.#pages.delete(page)
  }
}

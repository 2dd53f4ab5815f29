import {
  type AppError,
  asAppError,
  type FoundBy,
  onData,
  rust,
  type SavedView,
  type SortKey,
  type VoucherFilters,
  type VoucherPage,
  type VoucherRow,
} from '$/platform'
import { whenAnotherComes } from '../shift/session.svelte'
import { isUnfiltered, noFilters } from './filters'
import { everything, Pages, pageOf, type Query, sizeOf, startOf } from './pages'
import { all, holds, kept, nothing, put, type Selection, toggle } from './selection'

const TYPING = 90
/** Fewer pages are read on the way. */
const STEPS_TO_JUMP = 3
const SETTLE = 400
/** So many rows before they come into sight their page is read. */
const AHEAD = 200
/** The most rows that keys choose at once; whoever wants more takes all that match. */
export const MOST_AT_ONCE = 5_000
// Names and words go up, times and amounts come down.
const fallsFirst: SortKey[] = ['sold_at', 'price', 'changed']

const idsOf = (rows: (VoucherRow | undefined)[]) => rows.flatMap((row) => (row ? [row.id] : []))

/** The list of vouchers: what is asked for, and the rows read so far. Outlives its screen. */
class VoucherList {
  search = $state(everything.search)
  filters = $state.raw<VoucherFilters>(everything.filters)
  sort = $state<SortKey>(everything.sort)
  descending = $state(everything.descending)
  opened = $state<string | null>(null)
  /** The row under the keyboard. */
  current = $state(0)
  selection = $state.raw<Selection>(nothing)
  /** Why what was asked for last was not chosen. */
  limit = $state<'at_once' | 'one_by_one' | null>(null)
  /** How the rows in sight were found. */
  foundBy = $state<FoundBy>('question')
  /** What was typed for them. */
  foundFor = $state('')

  /** Grows with every page that arrives, for whatever draws rows. */
  version = $state(0)
  loading = $state(false)
  failure = $state<AppError | null>(null)
  /** The row that a long jump is on its way to. */
  target = $state<number | null>(null)
  /** Grows when the list begins anew, so that the grid goes to its top. */
  generation = $state(0)

  // They know what they are pages of: typing goes on while they are read.
  #pages = new Pages()
  #wanted: [number, number] = [0, 0]
  /** The pages that somebody who goes on scrolls into. */
  #coming: number[] = []
  /** Pages of a question to which no place can be found at once. */
  #jumpless: Pages | null = null
  #asked = 0
  #reading = false
  #typing: ReturnType<typeof setTimeout> | undefined
  #settling: ReturnType<typeof setTimeout> | undefined

  // Where choosing with Shift began, and how far it went.
  #anchor = 0
  #reach = 0

  readonly narrowed = $derived(this.search.trim() !== '' || !isUnfiltered(this.filters))

  /** How many match, where that is known. */
  get total(): number | null {
    void this.version
    return this.#pages.total ?? (this.#pages.ended ? this.#pages.reached : null)
  }

  get count() {
    void this.version
    return this.#pages.count
  }

  get exact() {
    void this.version
    return this.#pages.ended || this.#pages.total !== null
  }

  get reached() {
    void this.version
    return this.#pages.reached
  }

  row(index: number): VoucherRow | undefined {
    void this.version
    return this.#pages.row(index)
  }

  type(search: string) {
    this.search = search
    clearTimeout(this.#typing)
    this.#typing = setTimeout(() => this.reload(), TYPING)
  }

  filter(filters: VoucherFilters) {
    this.filters = filters
    this.reload()
  }

  sortBy(sort: SortKey) {
    this.descending = sort === this.sort ? !this.descending : fallsFirst.includes(sort)
    this.sort = sort
    this.reload()
  }

  clear() {
    this.search = ''
    this.filter(noFilters)
  }

  /** Another question, as a whole. */
  ask({ search, filters, sort, descending }: Pick<SavedView, keyof Query>) {
    Object.assign(this, { search, filters, sort, descending })
    this.reload()
  }

  /** A code was scanned: it goes straight to its voucher. */
  scanned(text: string) {
    this.search = text
    this.reload()
  }

  chooseAll() {
    const { search, filters } = this.#pages.query
    this.selection = all({ search, filters })
    this.limit = null
  }

  chooseNone() {
    this.selection = nothing
    this.limit = null
  }

  /** The row chosen, or no longer. */
  choose(index: number) {
    const row = this.row(index)
    if (!row) return
    const selection = toggle(this.selection, row.id)
    this.limit = selection ? null : 'one_by_one'
    if (!selection) return
    this.selection = selection
    this.#anchor = this.#reach = index
  }

  /** Choosing with Shift begins here. */
  anchor(index: number) {
    this.limit = null
    this.#anchor = this.#reach = index
  }

  /** From where choosing began to this row. What was chosen that way before and lies beyond is let go. */
  async chooseTo(index: number) {
    const [anchor, reach] = [this.#anchor, this.#reach]
    this.limit = Math.abs(index - anchor) > MOST_AT_ONCE ? 'at_once' : null
    if (this.limit) return
    this.#reach = index
    const pages = this.#pages
    const from = Math.min(anchor, reach, index)
    try {
      const rows = await this.#rowsBetween(from, Math.max(anchor, reach, index))
      if (pages !== this.#pages || this.#reach !== index) return
      const [first, last] = [Math.min(anchor, index), Math.max(anchor, index)]
      const within = (place: number) => from + place >= first && from + place <= last
      const without = put(this.selection, idsOf(rows.filter((_, place) => !within(place))), false)
      const chosen = without && put(without, idsOf(rows.filter((_, place) => within(place))), true)
      if (chosen) {
        this.selection = chosen
        return
      }
      this.limit = 'one_by_one'
    } catch (thrown) {
      if (pages === this.#pages) this.failure = asAppError(thrown)
    }
    // It went no further than before.
    if (this.#reach === index) this.#reach = reach
  }

  isChosen(row: VoucherRow) {
    return holds(this.selection, row.id)
  }

  /** Rows by their places, also those that are out of sight: their pages are read where they have to be. */
  async #rowsBetween(first: number, last: number): Promise<(VoucherRow | undefined)[]> {
    const pages = this.#pages
    // Taken as they are read: a long way reaches further than pages are kept.
    const rows: (VoucherRow | undefined)[] = []
    for (let page = pageOf(first); page <= pageOf(last); page++) {
      while (!pages.has(page)) {
        const next = pages.next(page)
        if (!next) break
        pages.put(next.page, await this.#read(pages, next.page, next.key))
      }
      const [from, to] = [Math.max(first, startOf(page)), Math.min(last + 1, startOf(page + 1))]
      for (let row = from; row < to; row++) rows.push(pages.row(row))
    }
    return rows
  }

  /** Asks anew. The old rows stay in sight until the new ones are here. */
  async reload() {
    clearTimeout(this.#typing)
    const asked = ++this.#asked
    const { search, filters, sort, descending } = this
    const pages = new Pages({ search, filters, sort, descending })
    this.loading = true
    try {
      const answer = await this.#read(pages, 0, null)
      if (asked !== this.#asked) return
      pages.put(0, answer)
      this.#pages = pages
      this.#wanted = [0, 0]
      this.#coming = []
      this.current = 0
      this.#anchor = this.#reach = 0
      this.selection = kept(this.selection, pages.query)
      this.limit = null
      this.#found(answer)
      this.failure = null
      this.generation++
      this.version++
    } catch (thrown) {
      if (asked === this.#asked) this.failure = asAppError(thrown)
    } finally {
      if (asked === this.#asked) this.loading = false
    }
  }

  /** A whole code, typed, scanned or pasted, goes straight to its voucher. */
  #found({ found_by, rows }: VoucherPage) {
    this.foundBy = found_by
    this.foundFor = this.#pages.query.search.trim()
    const only = rows[0]
    if (found_by === 'code' && only) this.opened = only.id
  }

  /** The rows that are in sight; reads what is missing of them. */
  see(start: number, end: number) {
    const last = Math.max(start, end - 1)
    this.#wanted = [pageOf(start), pageOf(last)]
    // Whoever has only asked yet looks at the beginning, and asks again with the next letter.
    this.#coming = start === 0 ? [] : [pageOf(last + AHEAD), pageOf(Math.max(0, start - AHEAD))]
    void this.#fill()
  }

  /** The first page in sight that is not there. */
  #missing(there: { has(page: number): boolean } = this.#pages): number | null {
    const [first, last] = this.#wanted
    for (let page = first; page <= last; page++) if (!there.has(page)) return page
    return null
  }

  /** The next page that will be in sight, where it can be read at once. */
  #ahead(): number | null {
    const pages = this.#pages
    const near = (page: number) => !pages.has(page) && pages.next(page)?.page === page
    return this.#coming.find(near) ?? null
  }

  /** Where to read on the way to a page: there at once, where its place can be found without the pages before it. */
  async #nearest(pages: Pages, page: number) {
    const next = pages.next(page)
    if (!next || page - next.page <= STEPS_TO_JUMP || this.#jumpless === pages) return next
    const key = await rust.voucherCursor({ ...pages.query, after: null, limit: 1 }, startOf(page))
    if (key === null) this.#jumpless = pages
    else pages.know(page, key)
    return pages.next(page)
  }

  #inSight(page: number) {
    return page >= this.#wanted[0] && page <= this.#wanted[1]
  }

  /** What is in sight comes first. */
  #next() {
    return this.#missing() ?? this.#ahead()
  }

  // A far page is reached by its predecessors' keys, so a jump reads its way there and shows it.
  async #fill() {
    if (this.#reading) return
    this.#reading = true
    let pages = this.#pages
    try {
      for (let page = this.#next(); page !== null; page = this.#next()) {
        pages = this.#pages
        const next = await this.#nearest(pages, page)
        if (pages !== this.#pages) continue
        if (!next) break
        this.target = page - next.page > 2 ? startOf(page) : null
        const answer = await this.#read(pages, next.page, next.key)
        if (pages !== this.#pages) continue
        pages.put(next.page, answer)
        this.failure = null
        // Those that are not in sight yet may say how long the list is.
        if (this.#inSight(next.page) || next.page === page) this.version++
      }
    } catch (thrown) {
      // A page ahead is read again when it is in sight, and told of then.
      if (pages === this.#pages && this.#missing() !== null) this.failure = asAppError(thrown)
    } finally {
      this.#reading = false
      this.target = null
    }
    // It failed for rows that are in sight no more; those that are were not asked for yet.
    if (pages !== this.#pages && this.#missing() !== null) await this.#fill()
  }

  #read(pages: Pages, page: number, after: string | null) {
    return rust.voucherPage({ ...pages.query, after, limit: sizeOf(page) })
  }

  /** Something changed: the pages in sight are read again where they stand, and the others when they are seen. */
  refresh() {
    clearTimeout(this.#settling)
    this.#settling = setTimeout(() => this.#again(), SETTLE)
  }

  async #again() {
    const pages = this.#pages
    const fresh = new Set<number>()
    try {
      // Only the first page says how many there are.
      const top = await this.#read(pages, 0, null)
      if (pages !== this.#pages) return
      if (this.#inSight(0)) {
        pages.put(0, top)
        fresh.add(0)
      }
      for (let page = this.#missing(fresh); page !== null; page = this.#missing(fresh)) {
        const next = pages.next(page)
        if (next?.page !== page) break
        const answer = await this.#read(pages, page, next.key)
        if (pages !== this.#pages) return
        pages.put(page, answer)
        fresh.add(page)
      }
      pages.renew(fresh, top.total)
      this.failure = null
      this.version++
    } catch (thrown) {
      if (pages === this.#pages) this.failure = asAppError(thrown)
    }
    void this.#fill()
  }

  /** Nothing of it is the next person's. What is still being read is not put in. */
  forget() {
    clearTimeout(this.#typing)
    clearTimeout(this.#settling)
    this.#asked++
    Object.assign(this, everything)
    this.#pages = new Pages()
    this.#wanted = [0, 0]
    this.#coming = []
    this.#anchor = this.#reach = this.current = this.generation = 0
    this.opened = this.failure = this.limit = null
    this.selection = nothing
    this.foundBy = 'question'
    this.foundFor = ''
    this.loading = false
    this.version++
  }
}

export const list = new VoucherList()
whenAnotherComes(() => list.forget())
onData((what) => {
  if (what.vouchers || what.conflicts) list.refresh()
})

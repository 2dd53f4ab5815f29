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
  type VoucherQuery,
  type VoucherRow,
} from '$/platform'
import { isUnfiltered, noFilters } from './filters'
import { Pages, pageOf, sizeOf, startOf } from './pages'
import { all, holds, kept, nothing, put, type Selection, toggle } from './selection'

const TYPING = 90
/** Fewer pages are read on the way. */
const STEPS_TO_JUMP = 3
const SETTLE = 400
/** The most rows that keys choose at once; whoever wants more takes all that match. */
const MOST_AT_ONCE = 5_000
// Names and words go up, times and amounts come down.
const fallsFirst: SortKey[] = ['sold_at', 'price', 'changed']

type Query = Omit<VoucherQuery, 'after' | 'limit'>

const idsOf = (rows: (VoucherRow | undefined)[]) => rows.flatMap((row) => (row ? [row.id] : []))

/** The list of vouchers: what is asked for, and the rows read so far. Outlives its screen. */
class VoucherList {
  search = $state('')
  filters = $state.raw<VoucherFilters>(noFilters)
  sort = $state<SortKey>('sold_at')
  descending = $state(true)
  opened = $state<string | null>(null)
  /** The row under the keyboard. */
  current = $state(0)
  selection = $state.raw<Selection>(nothing)
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

  // What the pages are pages of: typing goes on while they are read, and keys fit one query only.
  #query: Query = { search: '', filters: noFilters, sort: 'sold_at', descending: true }
  #pages = new Pages()
  #wanted: [number, number] = [0, 0]
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
    const { search, filters } = this.#query
    this.selection = all({ search, filters })
  }

  chooseNone() {
    this.selection = nothing
  }

  /** The row chosen, or no longer. */
  choose(index: number) {
    const row = this.row(index)
    if (!row) return
    this.selection = toggle(this.selection, row.id)
    this.#anchor = this.#reach = index
  }

  /** Choosing with Shift begins here. */
  anchor(index: number) {
    this.#anchor = this.#reach = index
  }

  /** From where choosing began to this row. What was chosen that way before and lies beyond is let go. */
  async chooseTo(index: number) {
    const [anchor, reach] = [this.#anchor, this.#reach]
    if (Math.abs(index - anchor) > MOST_AT_ONCE) return
    this.#reach = index
    const asked = this.#asked
    const from = Math.min(anchor, reach, index)
    const rows = await this.#rowsBetween(from, Math.max(anchor, reach, index))
    if (asked !== this.#asked || this.#reach !== index) return
    const [first, last] = [Math.min(anchor, index), Math.max(anchor, index)]
    const within = (place: number) => from + place >= first && from + place <= last
    const selection = put(this.selection, idsOf(rows.filter((_, place) => !within(place))), false)
    this.selection = put(selection, idsOf(rows.filter((_, place) => within(place))), true)
  }

  isChosen(row: VoucherRow) {
    return holds(this.selection, row.id)
  }

  /** Rows by their places, also those that are out of sight: their pages are read where they have to be. */
  async #rowsBetween(first: number, last: number): Promise<(VoucherRow | undefined)[]> {
    for (let page = pageOf(first); page <= pageOf(last); page++) {
      while (!this.#pages.has(page)) {
        const [asked, pages] = [this.#asked, this.#pages]
        const next = pages.next(page)
        if (!next) break
        const answer = await this.#read(next.page, next.key)
        if (asked !== this.#asked) return []
        pages.put(next.page, answer)
      }
    }
    return Array.from({ length: last - first + 1 }, (_, place) => this.#pages.row(first + place))
  }

  /** Asks anew. The old rows stay in sight until the new ones are here. */
  async reload() {
    clearTimeout(this.#typing)
    const asked = ++this.#asked
    this.#query = {
      search: this.search,
      filters: this.filters,
      sort: this.sort,
      descending: this.descending,
    }
    this.loading = true
    try {
      const answer = await this.#read(0, null)
      if (asked !== this.#asked) return
      const pages = new Pages()
      pages.put(0, answer)
      this.#pages = pages
      this.#wanted = [0, 0]
      this.current = 0
      this.#anchor = this.#reach = 0
      this.selection = kept(this.selection, this.#query)
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
    this.foundFor = this.#query.search.trim()
    const only = rows[0]
    if (found_by === 'code' && only) this.opened = only.id
  }

  /** The rows that are in sight; reads what is missing of them. */
  see(start: number, end: number) {
    this.#wanted = [pageOf(start), pageOf(Math.max(start, end - 1))]
    void this.#fill()
  }

  #missing(): number | null {
    const [first, last] = this.#wanted
    for (let page = first; page <= last; page++) if (!this.#pages.has(page)) return page
    return null
  }

  /** Where to read on the way to a page: there at once, where its place can be found without the pages before it. */
  async #nearest(page: number) {
    const pages = this.#pages
    const next = pages.next(page)
    if (!next || page - next.page <= STEPS_TO_JUMP || this.#jumpless === pages) return next
    const key = await rust.voucherCursor({ ...this.#query, after: null, limit: 1 }, startOf(page))
    if (key === null) this.#jumpless = pages
    else pages.know(page, key)
    return pages.next(page)
  }

  #inSight(page: number) {
    return page >= this.#wanted[0] && page <= this.#wanted[1]
  }

  // A far page is reached by its predecessors' keys, so a jump reads its way there and shows it.
  async #fill() {
    if (this.#reading) return
    this.#reading = true
    try {
      for (let page = this.#missing(); page !== null; page = this.#missing()) {
        const asked = this.#asked
        const pages = this.#pages
        const next = await this.#nearest(page)
        if (asked !== this.#asked) continue
        if (!next) break
        this.target = page - next.page > 2 ? startOf(page) : null
        const answer = await this.#read(next.page, next.key)
        if (asked !== this.#asked) continue
        pages.put(next.page, answer)
        this.failure = null
        if (this.#inSight(next.page)) this.version++
      }
    } catch (thrown) {
      this.failure = asAppError(thrown)
    } finally {
      this.#reading = false
      this.target = null
    }
  }

  #read(page: number, after: string | null) {
    return rust.voucherPage({ ...this.#query, after, limit: sizeOf(page) })
  }

  /** Something changed: the pages in sight are read again where they stand. */
  refresh() {
    clearTimeout(this.#settling)
    this.#settling = setTimeout(() => this.#again(), SETTLE)
  }

  async #again() {
    const asked = this.#asked
    const pages = this.#pages
    const [first, last] = this.#wanted
    try {
      for (let page = first; page <= last; page++) {
        const next = pages.next(page)
        if (!next || next.page !== page) return
        const answer = await this.#read(next.page, next.key)
        if (asked !== this.#asked) return
        pages.put(page, answer)
      }
      this.version++
    } catch (thrown) {
      this.failure = asAppError(thrown)
    }
  }
}

export const list = new VoucherList()
onData((what) => {
  if (what.vouchers || what.conflicts) list.refresh()
})

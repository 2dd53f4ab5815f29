import {
  type AppError,
  asAppError,
  onData,
  rust,
  type SortKey,
  type VoucherFilters,
  type VoucherQuery,
  type VoucherRow,
} from '$/platform'
import { Pages, pageOf, sizeOf, startOf } from './pages'

const TYPING = 90
const SETTLE = 400

export const noFilters: VoucherFilters = {
  status: [],
  template: null,
  shop: null,
  sold_from: null,
  sold_to: null,
  expires_from: null,
  expires_to: null,
  value_min: null,
  value_max: null,
}

type Query = Omit<VoucherQuery, 'after' | 'limit'>

/** The list of vouchers: what is asked for, and the rows read so far. Outlives its screen. */
class VoucherList {
  search = $state('')
  filters = $state.raw<VoucherFilters>(noFilters)
  sort = $state<SortKey>('sold_at')
  descending = $state(true)
  opened = $state<string | null>(null)
  /** The row under the keyboard. */
  current = $state(0)

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
  #asked = 0
  #reading = false
  #typing: ReturnType<typeof setTimeout> | undefined
  #settling: ReturnType<typeof setTimeout> | undefined

  readonly narrowed = $derived(
    this.search.trim() !== '' || JSON.stringify(this.filters) !== JSON.stringify(noFilters),
  )

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
    const newest = sort === 'sold_at' || sort === 'price'
    this.descending = sort === this.sort ? !this.descending : newest
    this.sort = sort
    this.reload()
  }

  clear() {
    this.search = ''
    this.filter(noFilters)
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
      this.failure = null
      this.generation++
      this.version++
    } catch (thrown) {
      if (asked === this.#asked) this.failure = asAppError(thrown)
    } finally {
      if (asked === this.#asked) this.loading = false
    }
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
        const next = pages.next(page)
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

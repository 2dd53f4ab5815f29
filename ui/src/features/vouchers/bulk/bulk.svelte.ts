import {
  type AppError,
  asAppError,
  type BulkReasonForm,
  type BulkRow,
  type BulkView,
  rust,
  type VoucherAction,
  type VoucherSelection,
} from '$/platform'
import { list } from '../list.svelte'

const LOOK = 120
/** Results are read as they are scrolled to. */
const ROWS = 200

/** Every action that is done to many at once; Rust says for each voucher whether it is allowed. */
export const actions: VoucherAction[] = [
  'extend',
  'cancel',
  'refund',
  'undo_redemption',
  'redeem',
  'honour_expired',
  'chargeback',
  'note',
]

/** One action for many vouchers: Rust does it, and says how far it is whenever it is asked. */
export class Bulk {
  view = $state<BulkView | null>(null)
  rows = $state.raw<BulkRow[]>([])
  failure = $state<AppError | null>(null)
  busy = $state(false)
  #looking: ReturnType<typeof setTimeout> | undefined
  #closed = false

  async begin(action: VoucherAction, selection: VoucherSelection) {
    const { sort, descending } = list
    await this.#take(() => rust.beginBulk({ action, selection, order: { sort, descending } }))
  }

  async run(said: BulkReasonForm) {
    await this.#take(() => rust.runBulk(said))
  }

  async stop() {
    await this.#take(() => rust.stopBulk())
  }

  async close() {
    this.#closed = true
    clearTimeout(this.#looking)
    await rust.closeBulk().catch((reason) => console.warn('the results were not let go', reason))
  }

  async more() {
    try {
      this.rows = [...this.rows, ...(await rust.bulkRows(this.rows.length, ROWS))]
    } catch (thrown) {
      this.failure = asAppError(thrown)
    }
  }

  async #take(ask: () => Promise<BulkView>) {
    this.busy = true
    this.failure = null
    try {
      this.#show(await ask())
    } catch (thrown) {
      this.failure = asAppError(thrown)
    } finally {
      this.busy = false
    }
  }

  #show(view: BulkView | null) {
    if (this.#closed) return
    this.view = view
    clearTimeout(this.#looking)
    if (view?.phase === 'checking' || view?.phase === 'running') {
      this.#looking = setTimeout(() => this.#look(), LOOK)
    } else if (view?.phase === 'ended' && this.rows.length === 0) void this.more()
  }

  async #look() {
    try {
      this.#show(await rust.bulkState())
    } catch (thrown) {
      this.failure = asAppError(thrown)
    }
  }
}

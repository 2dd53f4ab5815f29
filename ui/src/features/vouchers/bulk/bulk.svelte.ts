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
  readonly action: VoucherAction
  view = $state<BulkView | null>(null)
  rows = $state.raw<BulkRow[]>([])
  failure = $state<AppError | null>(null)
  busy = $state(false)
  #looking: ReturnType<typeof setTimeout> | undefined
  /** Nobody looks at it any more. */
  #left = false

  constructor(action: VoucherAction) {
    this.action = action
  }

  /** Looks at each of them, whether it may be done. */
  static begin(action: VoucherAction, selection: VoucherSelection): Bulk {
    const bulk = new Bulk(action)
    const { sort, descending } = list
    void bulk.#take(() => rust.beginBulk({ action, selection, order: { sort, descending } }))
    return bulk
  }

  /** What goes on from before, or has ended since: its dialog was closed by the lock or left behind. */
  static async goingOn(): Promise<Bulk | null> {
    const view = await rust.bulkState()
    if (!view) return null
    const bulk = new Bulk(view.action)
    bulk.#show(view)
    return bulk
  }

  async run(said: BulkReasonForm) {
    await this.#take(() => rust.runBulk(said))
  }

  async stop() {
    await this.#take(() => rust.stopBulk())
  }

  /** It goes on in Rust, and is found again by `goingOn`. */
  leave() {
    this.#left = true
    clearTimeout(this.#looking)
  }

  async close() {
    this.leave()
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
    if (this.#left) return
    this.view = view
    this.#lookLater()
    if (view?.phase === 'ended' && this.rows.length === 0) void this.more()
  }

  /** As long as there is something to see. */
  #lookLater() {
    clearTimeout(this.#looking)
    if (this.#left) return
    if (this.view?.phase === 'checking' || this.view?.phase === 'running') {
      this.#looking = setTimeout(() => this.#look(), LOOK)
    }
  }

  async #look() {
    try {
      const view = await rust.bulkState()
      this.failure = null
      this.#show(view)
    } catch (thrown) {
      this.failure = asAppError(thrown)
      this.#lookLater()
    }
  }
}

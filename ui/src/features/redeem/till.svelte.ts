import {
  type AppError,
  asAppError,
  onData,
  type RecentRedemption,
  type RedeemAnswer,
  rust,
} from '$/platform'
import { play } from './sound'

// Some scanners read one voucher twice while it is still under the beam.
const SAME_SCAN = 1500

export type Shown =
  | { kind: 'asking'; code: string }
  | { kind: 'answer'; answer: RedeemAnswer }
  | { kind: 'failure'; code: string; error: AppError }
  | { kind: 'undone'; code: string }

/** What the till is redeeming and has redeemed, whichever screen is open. */
class Till {
  shown = $state<Shown | null>(null)
  /** The answer that the present one replaced, so that a quick next scan hides nothing. */
  before = $state<RedeemAnswer | null>(null)
  recent = $state<RecentRedemption[] | null>(null)
  recentFailure = $state<AppError | null>(null)

  #waiting: string[] = []
  #running = false
  #last = { text: '', at: 0 }

  /** A code that was scanned. */
  scan(text: string) {
    const now = performance.now()
    const same = text.trim() === this.#last.text
    if (!same || (!this.#running && now - this.#last.at >= SAME_SCAN)) this.redeem(text)
  }

  /** A code that somebody typed and sent: they mean it each time. */
  redeem(text: string) {
    const code = text.trim()
    if (!code) return
    this.#last = { text: code, at: performance.now() }
    this.#waiting.push(code)
    void this.#work()
  }

  // One at a time: answers come in the order of the scans and none is lost to a later one.
  async #work() {
    if (this.#running) return
    this.#running = true
    for (let code = this.#waiting.shift(); code !== undefined; code = this.#waiting.shift()) {
      this.before = this.shown?.kind === 'answer' ? this.shown.answer : null
      this.shown = { kind: 'asking', code }
      try {
        const answer = await rust.redeem(code)
        this.shown = { kind: 'answer', answer }
        play(answer.answer)
      } catch (thrown) {
        this.shown = { kind: 'failure', code, error: asAppError(thrown) }
        play('refused')
      }
      this.#last.at = performance.now()
    }
    this.#running = false
    void this.loadRecent()
  }

  /** Nothing was recorded of a failed one, so it may be tried again. */
  retry() {
    if (this.shown?.kind !== 'failure') return
    this.#waiting.push(this.shown.code)
    void this.#work()
  }

  close() {
    if (this.shown?.kind === 'asking') return
    this.shown = null
    this.before = null
  }

  async loadRecent() {
    try {
      this.recent = await rust.recentRedemptions()
      this.recentFailure = null
    } catch (thrown) {
      this.recentFailure = asAppError(thrown)
    }
  }

  /** Throws what Rust says, for the dialog to show. */
  async undo(voucher: string, redemption: string, code: string, reason: string) {
    this.recent = await rust.undoRedemption(voucher, redemption, reason)
    if (this.shown?.kind === 'answer' && this.shown.answer.op_id === redemption) {
      this.shown = { kind: 'undone', code }
    }
  }
}

export const till = new Till()
onData((what) => {
  if (what.vouchers || what.conflicts) void till.loadRecent()
})

import {
  type AnswerKind,
  type AppError,
  asAppError,
  Loaded,
  onData,
  type RedeemAnswer,
  rust,
} from '$/platform'
import { identity, type Scan } from '$/scanner'
import { play } from './sound'

// Some scanners read one voucher twice while it is still under the beam.
const SAME_SCAN = 1500
/** How many replaced answers stay in sight. */
const PAST = 3

type Question = {
  code: string
  /** What the keys may mean as well. */
  more: string[]
  /** When the last key of the scan went down. */
  at: number | null
}

/** An answer, or that there was none, that another scan took the place of. */
export type Past = { key: number; code: string; answer: AnswerKind | 'failure' }

export type Shown =
  | { kind: 'asking'; code: string }
  | { kind: 'answer'; answer: RedeemAnswer }
  | { kind: 'failure'; code: string; error: AppError; question: Question }
  | { kind: 'undone'; code: string }

/** What the till is redeeming and has redeemed, whichever screen is open. */
class Till {
  shown = $state<Shown | null>(null)
  /** What was replaced before anybody closed them, the last first: a quick next scan hides nothing. */
  before = $state.raw<Past[]>([])
  /** How many scans wait behind the one that is shown. */
  queued = $state(0)
  /** Whether the scanner read the shown one more than once. */
  again = $state(false)
  /** A code for the redeem screen's field, until the screen takes it. */
  handed = $state('')
  readonly recent = new Loaded(rust.recentRedemptions)

  #waiting: Question[] = []
  #running = false
  #past = 0
  /** What is shown, by its identity. */
  #current = ''
  /** What was redeemed last, as Rust read it. */
  #meant = ''
  /** Until when the same code is the same question, by its identity; without end while it waits. */
  #asked = new Map<string, number>()

  /** A code that was scanned. */
  scan({ readings, at }: Scan) {
    const [first, ...more] = readings.map(({ text }) => text.trim())
    if (!first) return
    const same = identity(first)
    if ((this.#asked.get(same) ?? 0) <= performance.now()) this.#ask({ code: first, more, at })
    else if (this.#current === same) this.again = true
  }

  /** A code that somebody typed and sent: they mean it each time. */
  redeem(text: string) {
    const code = text.trim()
    if (code) this.#ask({ code, more: [], at: null })
  }

  #ask(question: Question) {
    this.#asked.set(identity(question.code), Number.POSITIVE_INFINITY)
    this.#waiting.push(question)
    this.queued = this.#waiting.length
    void this.#work()
  }

  // One at a time: answers come in the order of the scans and none is lost to a later one.
  async #work() {
    if (this.#running) return
    this.#running = true
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      await this.#answer(next)
    }
    this.#running = false
    void this.recent.load()
  }

  async #answer(question: Question) {
    const { code, more, at } = question
    this.#show(code)
    let same = SAME_SCAN
    try {
      const meant = more.length > 0 ? await rust.chooseReading([code, ...more]) : code
      this.#meant = meant
      const answer = await rust.redeem(meant)
      this.shown = { kind: 'answer', answer }
      play(answer.answer)
    } catch (thrown) {
      this.shown = { kind: 'failure', code, error: asAppError(thrown), question }
      play('refused')
      // Nothing was recorded: whoever scans it again means it.
      same = 0
    }
    if (at !== null) measure(at, code)
    const now = performance.now()
    for (const [old, until] of this.#asked) if (until < now) this.#asked.delete(old)
    this.#asked.set(identity(code), now + same)
  }

  #show(code: string) {
    const past = pastOf(this.shown)
    if (past) this.#keep(past)
    this.#current = identity(code)
    this.again = false
    this.queued = this.#waiting.length
    this.shown = { kind: 'asking', code }
  }

  #keep(past: Omit<Past, 'key'>) {
    this.before = [{ key: ++this.#past, ...past }, ...this.before].slice(0, PAST)
  }

  /** Somebody of the office lets pass what the limits forbid. Throws what Rust says, for the dialog to show. */
  async approve(staff_id: string, pin: string) {
    const refused = this.shown
    if (refused?.kind !== 'answer') return
    const answer = await rust.redeemApproved({ code: this.#meant, staff_id, pin })
    // Another voucher may have been scanned meanwhile: its answer stays, and this one beside it.
    if (this.shown === refused) this.shown = { kind: 'answer', answer }
    else this.#keep({ code: answer.code, answer: answer.answer })
    play(answer.answer)
    void this.recent.load()
  }

  /** Nothing was recorded of a failed one, so it may be tried again. */
  retry() {
    if (this.shown?.kind !== 'failure') return
    this.#ask({ ...this.shown.question, at: null })
  }

  close() {
    if (this.shown?.kind === 'asking') return
    this.shown = null
    this.before = []
  }

  /** Throws what Rust says, for the dialog to show. */
  async undo(voucher: string, redemption: string, code: string, reason: string) {
    this.recent.value = await rust.undoRedemption(voucher, redemption, reason)
    if (this.shown?.kind === 'answer' && this.shown.answer.op_id === redemption) {
      this.shown = { kind: 'undone', code }
    }
  }
}

function pastOf(shown: Shown | null): Omit<Past, 'key'> | null {
  if (shown?.kind === 'answer') return { code: shown.answer.code, answer: shown.answer.answer }
  if (shown?.kind === 'failure') return { code: shown.code, answer: 'failure' }
  return null
}

/** From the last key of a scan until its answer is on the screen, in the page's own measurements. */
function measure(start: number, code: string) {
  requestAnimationFrame(() =>
    setTimeout(() => {
      performance.measure('scan to answer', { start, detail: code })
    }),
  )
}

export const till = new Till()
onData((what) => {
  if (what.vouchers || what.conflicts) void till.recent.again()
})

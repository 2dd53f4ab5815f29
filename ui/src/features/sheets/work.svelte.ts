import { type AppError, asAppError, rust, type WorkKind, type WorkProgress } from '$/platform'
import { shift } from '../shift/session.svelte'

const LOOK = 200

/** Work of some seconds or minutes that Rust does: how far it is, and what came of it. */
export class Work {
  running = $state(false)
  stopping = $state(false)
  progress = $state<WorkProgress | null>(null)
  failure = $state<AppError | null>(null)
  /** Somebody stopped it. */
  stopped = $state(false)

  /** What it gives; null where it failed or was stopped, which is told here. */
  async run<Given>(ask: () => Promise<Given>): Promise<Given | null> {
    if (this.running) return null
    this.running = true
    this.stopping = this.stopped = false
    this.failure = this.progress = null
    const looking = setInterval(() => this.#look(), LOOK)
    const turn = shift.turn
    try {
      const given = await ask()
      // What came of it is for whoever began it; Rust keeps it for them.
      return turn === shift.turn ? given : null
    } catch (thrown) {
      if (turn !== shift.turn) return null
      const error = asAppError(thrown)
      if (error.code === 'stopped') this.stopped = true
      else this.failure = error
      return null
    } finally {
      clearInterval(looking)
      this.running = this.stopping = false
      this.progress = null
    }
  }

  /** Watches work of that kind that went on while its window was closed, to its end. */
  async follow(kind: WorkKind) {
    if (this.running) return
    const progress = await rust.workProgress().catch(() => null)
    if (this.running || progress?.kind !== kind) return
    this.running = true
    this.stopping = this.stopped = false
    this.progress = progress
    while (this.progress?.kind === kind) {
      await new Promise((then) => setTimeout(then, LOOK))
      await this.#look()
    }
    this.running = this.stopping = false
    this.progress = null
  }

  /** What was told of the last one. */
  forget() {
    this.failure = null
    this.stopped = false
  }

  async #look() {
    try {
      const progress = await rust.workProgress()
      if (this.running) this.progress = progress
    } catch (reason) {
      console.warn('how far the work is is not known', reason)
    }
  }

  async stop() {
    this.stopping = true
    await rust.stopWork().catch((reason) => console.warn('the work was not stopped', reason))
  }
}

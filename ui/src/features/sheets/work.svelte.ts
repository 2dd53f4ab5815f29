import { type AppError, asAppError, rust, type WorkProgress } from '$/platform'

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
    try {
      return await ask()
    } catch (thrown) {
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

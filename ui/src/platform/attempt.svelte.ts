import type { AppError } from '../bindings/commands'
import { asAppError } from './failure'

/**
 * Asks Rust for something that it may refuse: whether it runs, and why it failed, until the next try.
 * A second one while the first runs is not kept from it: that is the button's, which shows `running`.
 */
export class Attempt<What = string> {
  running = $state(false)
  /** Which of several things it is, where `run` was told. */
  doing = $state.raw<What | null>(null)
  failure = $state.raw<AppError | null>(null)
  /** What is to be said as a whole; what is wrong with a form is said at its fields. */
  readonly problem = $derived(this.failure?.code === 'invalid_input' ? null : this.failure)
  readonly #failed: (error: AppError) => unknown

  /** `failed`: what is done about a failure before it may be tried again. */
  constructor(failed: (error: AppError) => unknown = () => {}) {
    this.#failed = failed
  }

  /** Never throws. Whether it went well. */
  async run(work: () => Promise<unknown>, what: What | null = null): Promise<boolean> {
    this.running = true
    this.doing = what
    this.failure = null
    try {
      await work()
      return true
    } catch (thrown) {
      this.failure = asAppError(thrown)
      await this.#failed(this.failure)
      return false
    } finally {
      this.running = false
      this.doing = null
    }
  }

  /** What a form does when it is sent. */
  form(work: () => Promise<unknown>, what: What | null = null) {
    return (event: SubmitEvent) => {
      event.preventDefault()
      return this.run(work, what)
    }
  }
}

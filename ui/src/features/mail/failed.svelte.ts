import { type AppError, asAppError, type FailedJobs, rust } from '$/platform'

/** What the server gave up, as an admin last saw it; the navigation counts it as well. */
class Failed {
  list = $state.raw<FailedJobs | null>(null)
  failure = $state<AppError | null>(null)
  readonly count = $derived(this.list?.total ?? 0)

  async load() {
    try {
      this.list = await rust.failedJobs()
      this.failure = null
    } catch (thrown) {
      this.failure = asAppError(thrown)
    }
  }

  /** Throws what the server says against it. */
  async decide(id: string, again: boolean) {
    this.list = await rust.decideJob(id, again)
  }
}

export const failed = new Failed()

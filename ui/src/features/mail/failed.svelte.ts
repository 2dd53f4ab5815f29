import { type FailedJobs, type JobTrouble, Loaded, rust } from '$/platform'

/** What the server gave up, as an admin last saw it; the navigation counts it as well. */
class Failed extends Loaded<FailedJobs> {
  readonly count = $derived(this.value?.total ?? 0)

  /** Throws what the server says against it. */
  async decide(id: string, again: boolean) {
    await rust.decideJob(id, again)
    await this.load()
  }

  /** All that failed for that reason, or for any. Throws what the server says against it. */
  async tryAllAgain(trouble: JobTrouble | null) {
    await rust.tryJobsAgain(trouble)
    await this.load()
  }
}

export const failed = new Failed(rust.failedJobs)

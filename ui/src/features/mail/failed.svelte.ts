import { type FailedJobs, Loaded, rust } from '$/platform'

/** What the server gave up, as an admin last saw it; the navigation counts it as well. */
class Failed extends Loaded<FailedJobs> {
  readonly count = $derived(this.value?.total ?? 0)

  /** Throws what the server says against it. */
  async decide(id: string, again: boolean) {
    this.value = await rust.decideJob(id, again)
  }
}

export const failed = new Failed(rust.failedJobs)

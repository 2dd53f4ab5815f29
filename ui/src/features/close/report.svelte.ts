import { type AppError, asAppError, rust } from '$/platform'

/** Opens the reports of closed days, one at a time. */
class Report {
  opening = $state<string | null>(null)
  failure = $state<AppError | null>(null)

  async open(opId: string) {
    this.opening = opId
    this.failure = null
    try {
      await rust.openDayReport(opId)
    } catch (thrown) {
      this.failure = asAppError(thrown)
    } finally {
      this.opening = null
    }
  }
}

export const report = new Report()

import { Attempt, rust } from '$/platform'

/** Opens the reports of closed days, one at a time. */
class Report extends Attempt<string> {
  open(opId: string) {
    return this.run(() => rust.openDayReport(opId), opId)
  }
}

export const report = new Report()

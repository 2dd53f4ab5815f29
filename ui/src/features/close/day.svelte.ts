import { type AppError, asAppError, type Day, rust } from '$/platform'

/** How the till's day stands; the whole window shares one. What should lie in the drawer is not in it. */
class TillDay {
  now = $state<Day | null>(null)
  failure = $state<AppError | null>(null)
  /** An earlier day that was not closed. */
  missed = $state<string | null>(null)
  /** The banner of a missed day was put aside, until the program starts anew. */
  later = $state(false)

  /** Costs little, however much was done since the last close. */
  async lookForMissed() {
    try {
      this.missed = await rust.missedDay()
    } catch {
      // The screen of the day tells what is wrong; nobody is kept from selling.
    }
  }

  async load() {
    try {
      this.now = await rust.day()
      this.missed = this.now.missed
      this.failure = null
    } catch (thrown) {
      this.failure = asAppError(thrown)
    }
  }
}

export const tillDay = new TillDay()

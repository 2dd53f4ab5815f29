import { type AppError, asAppError, type Day, rust } from '$/platform'

/** How the till's day stands; the whole window shares one. What should lie in the drawer is not in it. */
class TillDay {
  now = $state<Day | null>(null)
  failure = $state<AppError | null>(null)
  /** The banner of a missed day was put aside, until the program starts anew. */
  later = $state(false)

  async load() {
    try {
      this.now = await rust.day()
      this.failure = null
    } catch (thrown) {
      this.failure = asAppError(thrown)
    }
  }
}

export const tillDay = new TillDay()

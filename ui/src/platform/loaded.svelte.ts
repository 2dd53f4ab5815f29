import type { AppError } from '../bindings/commands'
import { type DataChanged, onData } from './events'
import { asAppError } from './failure'

/** What Rust tells, asked for as often as it changes. What is known stays in sight when it cannot be told anew. */
export class Loaded<T> {
  value = $state.raw<T | null>(null)
  /** Why it was not told when it was last asked for. */
  failure = $state.raw<AppError | null>(null)
  readonly #ask: () => Promise<T>
  /** Grows with every question: only the last one is answered. */
  #turn = 0
  #isAsking = false
  /** What was asked for has changed since. */
  #isOld = false

  constructor(ask: () => Promise<T>) {
    this.#ask = ask
  }

  /** Never throws. */
  load = async (): Promise<void> => {
    const turn = ++this.#turn
    this.#isAsking = true
    this.#isOld = false
    try {
      const value = await this.#ask()
      if (turn !== this.#turn) return
      this.value = value
      this.failure = null
    } catch (thrown) {
      if (turn === this.#turn) this.failure = asAppError(thrown)
    }
    if (turn !== this.#turn) return
    this.#isAsking = false
    if (this.#isOld) await this.load()
  }

  /**
   * Loads it anew since it may have changed. An answer that is on its way is shown first: changes that come faster than answers would
   * leave nothing to be seen. Never throws.
   */
  again = async (): Promise<void> => {
    if (this.#isAsking) this.#isOld = true
    else await this.load()
  }

  /** Takes what something else told. An answer that is still on its way is older than that. */
  take = (value: T): void => {
    this.#turn++
    this.#isAsking = false
    this.value = value
    this.failure = null
    if (this.#isOld) void this.load()
  }

  /** Loads it now, and anew with each change that it is about. Returns how to stop. */
  follow(about: (what: DataChanged) => boolean): () => void {
    void this.load()
    return onData((what) => {
      if (about(what)) void this.again()
    })
  }
}

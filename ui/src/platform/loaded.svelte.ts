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

  constructor(ask: () => Promise<T>) {
    this.#ask = ask
  }

  /** Never throws. */
  load = async (): Promise<void> => {
    const turn = ++this.#turn
    try {
      const value = await this.#ask()
      if (turn !== this.#turn) return
      this.value = value
      this.failure = null
    } catch (thrown) {
      if (turn === this.#turn) this.failure = asAppError(thrown)
    }
  }

  /** Takes what something else told. An answer that is still on its way is older than that. */
  take = (value: T): void => {
    this.#turn++
    this.value = value
    this.failure = null
  }

  /** Loads it now, and anew with each change that it is about. Returns how to stop. */
  follow(about: (what: DataChanged) => boolean): () => void {
    void this.load()
    return onData((what) => {
      if (about(what)) void this.load()
    })
  }
}

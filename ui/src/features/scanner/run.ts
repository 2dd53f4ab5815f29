import type { Key } from '$/scanner'

/** So long after its last key a test scan is over, also for a scanner that is too slow to be read. */
const OVER = 450
/** Slower keys are a person's. */
const HAND = 160
const LEAST = 6

/** Gathers the keys of one test scan. Holds no clock: each key brings its time. */
export class Run {
  keys: Key[] = []
  #last = Number.NEGATIVE_INFINITY
  #characters = 0

  /** Takes a key. Says whether it is one of a scan, so that it should do nothing else. */
  take(key: Key): boolean {
    if (key.at - this.#last > OVER) this.clear()
    if (key.way === 'down') {
      const quick = key.at - this.#last <= HAND
      this.#last = key.at
      if (!quick) this.clear()
      if (key.shown.length === 1 || key.alt) this.#characters++
    }
    this.keys.push(key)
    return this.#characters > 3
  }

  /** The keys, if there are enough for a scan. Begins anew. */
  finish(): Key[] | null {
    const keys = this.#characters >= LEAST ? this.keys : null
    this.clear()
    this.#last = Number.NEGATIVE_INFINITY
    return keys
  }

  clear() {
    this.keys = []
    this.#characters = 0
  }

  static readonly over = OVER
}

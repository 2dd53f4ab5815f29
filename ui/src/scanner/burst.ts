import { characterOf } from './keys'

export type Key = { code: string; shown?: string; shift: boolean; modified: boolean; at: number }

export type Heard =
  /** Could be typing or the start of a scan. */
  | { kind: 'possible'; first: boolean }
  /** Too fast for fingers: keys of it should do nothing else. */
  | { kind: 'likely' }
  | { kind: 'scan'; text: string }
  | { kind: 'nothing' }

export type Options = {
  /** Longest pause between two keys of a scan, in milliseconds. */
  pause: number
  /** Shortest scan; a shorter burst is a person with quick fingers. */
  shortest: number
  /** What the scanner sends before each code, removed from the text. */
  prefix: string
}

export const defaults: Options = { pause: 60, shortest: 6, prefix: '' }

const ENDS = new Set(['Enter', 'NumpadEnter', 'Tab'])
const SILENT = new Set(['ShiftLeft', 'ShiftRight', 'CapsLock', 'NumLock'])
// Three keys without a pause happen when a hand rolls over the keyboard, so a few more must follow.
const SURELY_FAST = 4

/** Tells a scanner's burst from typing, key by key. Holds no clock: each key brings its time. */
export class Burst {
  #text = ''
  #last = Number.NEGATIVE_INFINITY

  constructor(private readonly options: Options = defaults) {}

  hear(key: Key): Heard {
    if (SILENT.has(key.code)) return { kind: 'nothing' }
    const inTime = key.at - this.#last <= this.options.pause
    if (!inTime) this.#text = ''

    if (ENDS.has(key.code)) return this.#end()
    const character = key.modified ? null : characterOf(key.code, key.shift, key.shown)
    if (character === null) {
      this.#text = ''
      return { kind: 'nothing' }
    }
    this.#last = key.at
    this.#text += character
    if (this.#text.length >= SURELY_FAST) return { kind: 'likely' }
    return { kind: 'possible', first: this.#text.length === 1 }
  }

  #end(): Heard {
    const text = this.#text
    this.#text = ''
    this.#last = Number.NEGATIVE_INFINITY
    if (text.length < this.options.shortest || !text.startsWith(this.options.prefix)) {
      return { kind: 'nothing' }
    }
    return { kind: 'scan', text: text.slice(this.options.prefix.length) }
  }
}

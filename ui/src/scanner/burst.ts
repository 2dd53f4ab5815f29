import { fitOf } from './code'
import { type End, type Key, Keys } from './keys'
import { LAYOUTS, type Layout } from './layouts'
import { allReadings, layoutsOf, likelyReadings, type Reading, type Stroke } from './readings'

export type Options = {
  /** Longest pause between two keys of a scan, in milliseconds. */
  pause: number
  /** What the scanner sends before each code, removed from the text. */
  prefix: string
  /** What ends a scan. `pause`: nothing is sent, silence ends it. */
  end: End | 'pause'
  /** What the scanner is set to; `null` finds out. */
  layout: Layout | null
}

export const defaults: Options = { pause: 60, prefix: '', end: 'enter', layout: null }

export type Scan = {
  /** What it says. More than one only where the keys can mean several codes; the likeliest first. */
  readings: [Reading, ...Reading[]]
  /** When its last key went down, on the page's clock. */
  at: number
}

export type Heard =
  /** Nothing of a scan. What was heard before was none either. */
  | { kind: 'nothing' }
  /** Between two keys. */
  | { kind: 'between' }
  /** Typing, or the start of a scan. */
  | { kind: 'part'; first: boolean; pace: 'slow' | 'quick' | 'inhuman' }
  | { kind: 'scan'; scan: Scan }
  /** A second end behind a scan, as of scanners that send a line feed as well. */
  | { kind: 'tail' }

// Three keys without a pause happen when a hand rolls over the keyboard.
const QUICK = 4
// Nobody keeps up so small a part of the longest pause (24 of 60 ms; the fastest typists need 60) for more than a roll of keys.
const INHUMAN = 4
const INHUMAN_PART = 0.4
/** What is no code is taken for a scan from that many keys on. */
const SHORTEST = 10
const SHORTEST_PREFIXED = 6
/** A held key, or a palm on the keyboard, is no text. */
const LEAST_KEYS = 3

/** Tells a scanner's burst from typing, key by key. Holds no clock: each key brings its time. */
export class Burst {
  #keys = new Keys()
  #strokes: Stroke[] = []
  /** How many more keys there were that nobody can read. */
  #lost = 0
  #last = Number.NEGATIVE_INFINITY
  #scanned = Number.NEGATIVE_INFINITY
  /** What the scanner may be set to, after the scans before. */
  #plausible: readonly Layout[] = LAYOUTS

  constructor(private readonly options: () => Options = () => defaults) {}

  hear(key: Key): Heard {
    if (key.repeat) return { kind: 'between' }
    const meaning = this.#keys.read(key)
    if (meaning.kind === 'between') return { kind: 'between' }
    if (meaning.kind === 'number') {
      if (!this.#inTime(key.at)) this.#forget()
      this.#last = key.at
      return { kind: 'between' }
    }
    if (meaning.kind === 'end') return this.#end(meaning.end, key.at)
    if (meaning.kind === 'other') {
      this.#forget()
      return { kind: 'nothing' }
    }
    if (!this.#inTime(key.at)) this.#forget()
    this.#last = key.at
    // With one missing it is no code, and a scan all the same: its end must not press a form's button.
    if (meaning.kind === 'lost') this.#lost += 1
    else this.#strokes.push(meaning.stroke)
    return { kind: 'part', first: this.#struck === 1, pace: this.#pace() }
  }

  /** Nothing came for a while: the end of a scan, where the scanner sends none. */
  silence(): Heard {
    const scan = this.options().end === 'pause' ? this.#read(this.#last, true) : null
    if (!scan) return { kind: 'nothing' }
    this.#scanned = this.#last
    this.#forget()
    return { kind: 'scan', scan }
  }

  #end(end: End, at: number): Heard {
    const { end: wanted, pause } = this.options()
    if (this.#struck === 0 && at - this.#scanned <= pause) {
      this.#scanned = at
      return { kind: 'tail' }
    }
    const scan = this.#inTime(at) ? this.#read(at, wanted === 'pause' || wanted === end) : null
    this.#forget()
    if (!scan) return { kind: 'nothing' }
    this.#scanned = at
    return { kind: 'scan', scan }
  }

  #inTime(at: number): boolean {
    return this.#struck === 0 || at - this.#last <= this.options().pause
  }

  /** How many keys went down since the burst began, read or not. */
  get #struck(): number {
    return this.#strokes.length + this.#lost
  }

  #forget() {
    this.#strokes = []
    this.#lost = 0
    this.#last = Number.NEGATIVE_INFINITY
  }

  /** Whether the keys came faster, on average, than hands are. */
  #isFast(until: number): boolean {
    const from = this.#strokes[0]?.at ?? until
    return until - from <= this.#strokes.length * this.options().pause * INHUMAN_PART
  }

  #pace(): 'slow' | 'quick' | 'inhuman' {
    const keys = this.#strokes.length
    if (keys >= INHUMAN && this.#isFast(this.#last)) return 'inhuman'
    return keys >= QUICK ? 'quick' : 'slow'
  }

  /** A code at this pace is a scan, whatever ends it; any other text only if it came faster than hands are. */
  #read(until: number, rightEnd: boolean): Scan | null {
    const { prefix, layout } = this.options()
    const readings = withoutPrefix(allReadings(this.#strokes), prefix)
    const [first, ...more] = likelyReadings(readings, layout ? [layout] : this.#plausible)
    if (!first) return null
    const keys = this.#struck
    const varied =
      new Set(this.#strokes.map(({ code, literal }) => literal ?? code)).size >= LEAST_KEYS
    const fast = this.#isFast(until) && varied
    const long = keys >= (prefix ? SHORTEST_PREFIXED : SHORTEST)
    if (first.fit === null && !(rightEnd && fast && long)) return null
    this.#learn(layoutsOf(readings))
    const sure = first.by === layout && first.fit !== null
    return { readings: sure ? [first] : [first, ...more], at: until }
  }

  #learn(fitting: Layout[]) {
    const still = this.#plausible.filter((layout) => fitting.includes(layout))
    if (still.length > 0) this.#plausible = still
    else if (fitting.length > 0) this.#plausible = fitting
  }
}

function withoutPrefix(readings: Reading[], prefix: string): Reading[] {
  if (!prefix) return readings
  return readings
    .filter(({ text }) => text.toLowerCase().startsWith(prefix.toLowerCase()))
    .map((reading) => {
      const text = reading.text.slice(prefix.length)
      return { ...reading, text, fit: fitOf(text) }
    })
}

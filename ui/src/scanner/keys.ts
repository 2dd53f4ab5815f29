import { isCharacterKey } from './layouts'
import type { Stroke } from './readings'

/** A key as the page gets it, without the page. */
export type Key = {
  /** `down`, or `up`; of the latter only that of Alt matters. */
  way: 'down' | 'up'
  code: string
  shown: string
  shift: boolean
  caps: boolean
  ctrl: boolean
  alt: boolean
  altGraph: boolean
  meta: boolean
  /** Held down until it came again by itself: no scanner does. */
  repeat: boolean
  /** Milliseconds, on the page's clock. */
  at: number
}

export type End = 'enter' | 'tab'

/** What a key means to somebody who waits for a scan. */
export type Meaning =
  | { kind: 'stroke'; stroke: Stroke }
  | { kind: 'end'; end: End }
  /** A key that means nothing by itself: Shift, a key that comes up. */
  | { kind: 'between' }
  /** Alt, or a digit of the number by which a character is sent. */
  | { kind: 'number' }
  /** A key that an input method kept to itself: it was struck, and nothing says which. */
  | { kind: 'lost' }
  | { kind: 'other' }

const SILENT = new Set(['ShiftLeft', 'ShiftRight', 'CapsLock', 'NumLock', 'AltRight'])
const CONTROLS: Record<string, End> = { m: 'enter', j: 'enter', i: 'tab' }
const CODES: Record<number, End> = { 9: 'tab', 10: 'enter', 13: 'enter' }
const FIRST_PRINTABLE = 32
const LAST_PRINTABLE = 126

export function keyOf(event: KeyboardEvent): Key {
  return {
    way: event.type === 'keyup' ? 'up' : 'down',
    code: event.code,
    shown: event.key,
    shift: event.shiftKey,
    caps: event.getModifierState('CapsLock'),
    ctrl: event.ctrlKey,
    alt: event.altKey,
    altGraph: event.getModifierState('AltGraph'),
    meta: event.metaKey,
    repeat: event.repeat,
    at: event.timeStamp,
  }
}

/** Puts keys together to what they mean; remembers the number of a character that is being sent with Alt held down. */
export class Keys {
  #number: string | null = null

  read(key: Key): Meaning {
    if (key.way === 'up') return this.#up(key)
    if (key.code === 'AltLeft') {
      this.#number = ''
      return { kind: 'number' }
    }
    if (this.#number !== null && key.alt && /^Numpad\d$/.test(key.code)) {
      this.#number += key.code.slice(6)
      return { kind: 'number' }
    }
    this.#number = null
    return this.#plain(key)
  }

  #up(key: Key): Meaning {
    const number = this.#number
    if (key.code !== 'AltLeft' || number === null) return { kind: 'between' }
    this.#number = null
    if (number === '') return { kind: 'other' }
    const code = Number(number)
    const end = CODES[code]
    if (end) return { kind: 'end', end }
    if (code < FIRST_PRINTABLE || code > LAST_PRINTABLE) return { kind: 'other' }
    return { kind: 'stroke', stroke: { ...strokeOf(key), literal: String.fromCharCode(code) } }
  }

  #plain(key: Key): Meaning {
    if (key.code === 'Unidentified') return { kind: 'lost' }
    if (SILENT.has(key.code)) return { kind: 'between' }
    if (key.code === 'Enter' || key.code === 'NumpadEnter') return { kind: 'end', end: 'enter' }
    if (key.code === 'Tab') return { kind: 'end', end: 'tab' }
    // AltGr is Ctrl and Alt on Windows.
    if (key.altGraph && isCharacterKey(key.code)) {
      const stroke = strokeOf(key)
      return {
        kind: 'stroke',
        stroke: key.shown.length === 1 ? { ...stroke, third: key.shown } : stroke,
      }
    }
    const control = CONTROLS[key.shown.toLowerCase()]
    if (key.ctrl && !key.alt && !key.meta && control) return { kind: 'end', end: control }
    // Somebody may lean on Alt while the scanner sends: the keys are still those of the code.
    if (key.ctrl || key.meta || !isCharacterKey(key.code)) return { kind: 'other' }
    return { kind: 'stroke', stroke: strokeOf(key) }
  }
}

function strokeOf({ code, shown, shift, caps, at }: Key): Stroke {
  return { code, shown, shift, caps, at }
}

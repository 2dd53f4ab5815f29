import type { Key } from '../keys'
import { characterOf, type Layout, strokeOf } from '../layouts'

/** How Caps Lock stands, and what the scanner makes of it. */
export type Caps =
  | 'off'
  | 'on'
  /** On, and the scanner turns Shift round for letters. */
  | 'letters_made_up_for'
  /** On, and the scanner turns Shift round for every key, as a French Windows wants it. */
  | 'all_made_up_for'

export type Sending = {
  scanner: Layout
  computer: Layout
  caps: Caps
  /** Milliseconds from key to key. */
  every: number
  from: number
}

const usual: Sending = { scanner: 'us', computer: 'us', caps: 'off', every: 8, from: 1000 }

export function keyDown(code: string, at: number, more: Partial<Key> = {}): Key {
  const still = { shift: false, caps: false, ctrl: false, alt: false, altGraph: false, meta: false }
  return { way: 'down', code, shown: code, ...still, repeat: false, at, ...more }
}

function shownBy(computer: Layout, code: string, shift: boolean, caps: boolean): string {
  const plain = characterOf(computer, code, false) ?? ''
  const letter = plain.toUpperCase() !== plain.toLowerCase()
  return characterOf(computer, code, caps && letter ? !shift : shift) ?? 'Unidentified'
}

/** The keys of a scanner that sends the text: down, up, and Shift where it needs it. */
export function scanned(text: string, how: Partial<Sending> = {}): Key[] {
  const { scanner, computer, caps, every, from } = { ...usual, ...how }
  const on = caps !== 'off'
  return [...text].flatMap((character, place) => {
    const stroke = strokeOf(scanner, character)
    if (!stroke) throw new Error(`no key for ${character} on ${scanner}`)
    const letter = character.toUpperCase() !== character.toLowerCase()
    const turned = caps === 'all_made_up_for' || (caps === 'letters_made_up_for' && letter)
    const shift = stroke.shift !== turned
    const at = from + place * every
    const shown = shownBy(computer, stroke.code, shift, on)
    const down = keyDown(stroke.code, at, { shown, shift, caps: on })
    const up: Key = { ...down, way: 'up', at: at + every / 2 }
    if (!shift) return [down, up]
    const shiftKey = keyDown('ShiftLeft', at - every / 4, { shown: 'Shift', shift: true, caps: on })
    return [shiftKey, down, up, { ...shiftKey, way: 'up' as const, at: at + (every * 3) / 4 }]
  })
}

/** The keys of a scanner that sends each character by its number, with Alt held down. */
export function scannedByNumber(text: string, every: number, from = 1000): Key[] {
  const keys: Key[] = []
  let at = from
  const push = (way: 'down' | 'up', code: string, alt: boolean) => {
    keys.push(keyDown(code, at, { way, alt, shown: alt ? 'Unidentified' : code }))
    at += every
  }
  for (const character of text) {
    push('down', 'AltLeft', true)
    for (const digit of `${character.charCodeAt(0)}`.padStart(4, '0')) {
      push('down', `Numpad${digit}`, true)
      push('up', `Numpad${digit}`, true)
    }
    push('up', 'AltLeft', false)
  }
  return keys
}

export function ended(keys: Key[], code = 'Enter', after = 8): Key[] {
  const at = (keys.at(-1)?.at ?? 0) + after
  return [...keys, keyDown(code, at), keyDown(code, at + 1, { way: 'up' })]
}

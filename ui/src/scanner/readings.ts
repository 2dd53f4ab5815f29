import { type Fit, fitOf, identity } from './code'
import { characterOf, LAYOUTS, type Layout, strokeOf } from './layouts'

/** A key that went down and means a character. */
export type Stroke = {
  /** The key's place (`KeyboardEvent.code`). */
  code: string
  /** What the computer's layout made of it. */
  shown: string
  shift: boolean
  /** Whether Caps Lock was on. */
  caps: boolean
  /** Sent by its number (Alt and the number pad): the character, whatever any layout says. */
  literal?: string
  /** With AltGr: what the computer's layout alone makes of it. */
  third?: string
  /** Milliseconds, on the page's clock. */
  at: number
}

/** How a reading came about: by the computer's layout, or by that of the scanner. */
export type By = Layout | 'shown'

/** One way to read the keys. */
export type Reading = {
  text: string
  by: By
  /** Read with Shift turned round, as a scanner sends it that makes up for Caps Lock. */
  turned: boolean
  fit: Fit | null
}

const FITS: readonly (Fit | null)[] = ['as_printed', 'other_case', 'lookalikes', null]

function textBy(
  strokes: Stroke[],
  layout: Layout,
  turned: boolean,
  thirds: boolean,
): string | null {
  let text = ''
  for (const { code, shift, literal, third } of strokes) {
    const character =
      literal ?? (thirds ? third : undefined) ?? characterOf(layout, code, shift !== turned)
    if (character === null) return null
    text += character
  }
  return text
}

function textShown(strokes: Stroke[]): string | null {
  const characters = strokes.map(({ literal, shown }) => literal ?? shown)
  return characters.every((character) => character.length === 1) ? characters.join('') : null
}

/** Every way to read the keys: the computer's, and each layout that the scanner may be set to. */
export function allReadings(strokes: Stroke[]): Reading[] {
  const found: Reading[] = []
  const add = (by: By, turned: boolean, text: string | null) => {
    if (text !== null) found.push({ text, by, turned, fit: fitOf(text) })
  }
  // A French Windows turns Shift round for digits as well while Caps Lock is on, and so does a scanner that makes up for it.
  const turnings = strokes.some((stroke) => stroke.caps) ? [false, true] : [false]
  // A scanner sends AltGr for a character that is there, and somebody leans on it where none is meant.
  const levels = strokes.some((stroke) => stroke.third) ? [true, false] : [false]
  for (const thirds of levels) {
    for (const turned of turnings) {
      for (const layout of LAYOUTS) add(layout, turned, textBy(strokes, layout, turned, thirds))
    }
  }
  add('shown', false, textShown(strokes))
  return found
}

function plainness(text: string): number {
  return text.replace(/[^0-9A-Za-z-]/g, '').length
}

/**
 * The readings that can be meant, the likeliest first. Nearly always one: the check symbol, or the beginning and the symbols of
 * a signed code, leave no other. Where no reading is a code it is the one that looks most like text, for Rust to refuse.
 */
export function likelyReadings(readings: Reading[], preferred: readonly Layout[]): Reading[] {
  const rank = ({ by }: Reading) => (by !== 'shown' && preferred.includes(by) ? 0 : 1)
  const fitting = readings.filter((reading) => reading.fit !== null)
  if (fitting.length === 0) {
    const plainest = [...readings].sort(
      (one, other) => rank(one) - rank(other) || plainness(other.text) - plainness(one.text),
    )
    return plainest.slice(0, 1)
  }
  fitting.sort(
    (one, other) =>
      Number(one.fit === 'lookalikes') - Number(other.fit === 'lookalikes') ||
      rank(one) - rank(other) ||
      FITS.indexOf(one.fit) - FITS.indexOf(other.fit) ||
      Number(one.turned) - Number(other.turned),
  )
  const seen = new Set<string>()
  return fitting.filter((reading) => {
    const same = identity(reading.text)
    return !seen.has(same) && seen.add(same)
  })
}

/** The layouts by which the keys are a code. */
export function layoutsOf(readings: Reading[]): Layout[] {
  const fitting = readings.filter(({ fit }) => fit === 'as_printed' || fit === 'other_case')
  return fitting.flatMap(({ by }) => (by === 'shown' ? [] : [by]))
}

/**
 * The readings of a text that some program typed for a scanner and that was then copied: with the computer on one layout and
 * the scanner on another it is as garbled as on the screen.
 */
export function readingsOfText(text: string): Reading[] {
  const found: Reading[] = [{ text, by: 'shown', turned: false, fit: fitOf(text) }]
  if (found[0]?.fit) return found
  for (const computer of LAYOUTS) {
    const strokes = [...text].map((character) => strokeOf(computer, character))
    if (strokes.includes(null)) continue
    for (const layout of LAYOUTS) {
      const characters = strokes.map(
        (stroke) => stroke && characterOf(layout, stroke.code, stroke.shift),
      )
      if (characters.includes(null)) continue
      const read = characters.join('')
      found.push({ text: read, by: layout, turned: false, fit: fitOf(read) })
    }
  }
  return found
}

import { likelyReadings, type Reading, readingsOfText } from './readings'

/** The readings of a copied text that are codes, the likeliest first; none where it holds no code. */
export function readingsIn(text: string): Reading[] {
  return likelyReadings(readingsOfText(text.trim()), []).filter(({ fit }) => fit !== null)
}

/** The code in a copied text, also where a keyboard layout garbled it; null if there is none. */
export function codeIn(text: string): string | null {
  return readingsIn(text)[0]?.text ?? null
}

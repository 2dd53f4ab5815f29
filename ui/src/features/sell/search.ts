import { fold } from '$/components/fold'

/** Whether every word of the search is in one of the texts; case and accents do not count. */
export function matches(search: string, ...texts: string[]): boolean {
  const hay = fold(texts.join(' '))
  return fold(search)
    .split(/\s+/)
    .every((word) => hay.includes(word))
}

const plain = (text: string) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()

/** Whether every word of the search is in one of the texts; case and accents do not count. */
export function matches(search: string, ...texts: string[]): boolean {
  const hay = plain(texts.join(' '))
  return plain(search)
    .split(/\s+/)
    .every((word) => hay.includes(word))
}

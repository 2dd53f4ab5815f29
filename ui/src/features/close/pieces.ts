// Notes and coins that are in use, in minor units, the largest first. A currency that is not here is counted as one sum.
const PIECES: Record<string, number[]> = {
  EUR: [20_000, 10_000, 5000, 2000, 1000, 500, 200, 100, 50, 20, 10, 5, 2, 1],
  USD: [10_000, 5000, 2000, 1000, 500, 100, 25, 10, 5, 1],
  GBP: [5000, 2000, 1000, 500, 200, 100, 50, 20, 10, 5, 2, 1],
  CHF: [20_000, 10_000, 5000, 2000, 1000, 500, 200, 100, 50, 20, 10, 5],
  JPY: [10_000, 5000, 1000, 500, 100, 50, 10, 5, 1],
}

export const piecesOf = (currency: string): number[] => PIECES[currency] ?? []

/** What lies there, in minor units: so many of each piece. What is no whole number counts as none. */
export function worth(pieces: number[], counts: string[]): number {
  return pieces.reduce((sum, piece, place) => {
    const typed = (counts[place] ?? '').trim()
    return /^\d{1,6}$/.test(typed) ? sum + piece * Number(typed) : sum
  }, 0)
}

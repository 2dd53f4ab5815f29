/** The marks of an axis over these values: round numbers, about so many, from below the least (or 0) to above the greatest. */
export function marks(values: number[], about = 4): number[] {
  const [least, most] = [Math.min(0, ...values), Math.max(0, ...values)]
  if (least === most) return [0, 1]
  const rough = (most - least) / about
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = ([1, 2, 5, 10].find((one) => one * power >= rough) ?? 10) * power
  const first = Math.floor(least / step)
  const last = Math.ceil(most / step)
  return Array.from({ length: last - first + 1 }, (_, place) => (first + place) * step)
}

/** Where a bar of that value begins and how long it is, as parts of the axis, which counts from the top. */
export function bar(value: number, axis: number[]): { top: number; length: number } {
  const [least, most] = [axis[0] ?? 0, axis.at(-1) ?? 1]
  const place = (of: number) => (most - of) / (most - least)
  return { top: place(Math.max(0, value)), length: Math.abs(place(value) - place(0)) }
}

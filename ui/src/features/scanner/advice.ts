import type { ScannerSettings } from '$/platform'
import {
  allReadings,
  type By,
  type End,
  type Key,
  Keys,
  LAYOUTS,
  type Layout,
  layoutsOf,
  type Reading,
  type Stroke,
} from '$/scanner'

/** The slowest scanner that can be told from a hand; the bound that Rust keeps as well. */
const SLOWEST = 150
/** A busy computer hands keys on late: so much longer may a pause be than it was in the test. */
const ROOM = 2
const LEAST_GAP = 60

/** A key that was seen, for the list. */
export type Seen = { code: string; shown: string; shift: boolean; gap: number | null }

export type Advice =
  | { kind: 'layout'; layout: Layout }
  | { kind: 'terminator'; end: End | 'pause' }
  | { kind: 'gap'; longest: number; wanted: number }
  | { kind: 'prefix'; prefix: string }
  /** Too slow for any setting: the scanner itself has to be set. */
  | { kind: 'too_slow'; longest: number }
  /** Neither the test code nor a voucher's. */
  | { kind: 'not_read' }

/** What a test scan shows about the scanner. */
export type Findings = {
  readings: { by: By; text: string; right: boolean }[]
  seen: Seen[]
  end: End | null
  /** Milliseconds, the longest and the usual one. */
  longest: number
  usual: number
  advice: Advice[]
  /** The settings by which such a scan is read. */
  wanted: ScannerSettings
}

type Read = { strokes: Stroke[]; end: End | null; times: number[] }

function read(keys: Key[]): Read {
  const reader = new Keys()
  const found: Read = { strokes: [], end: null, times: [] }
  for (const key of keys) {
    const meaning = reader.read(key)
    if (meaning.kind === 'between' || meaning.kind === 'other') continue
    // What comes behind the end is a second end.
    if (found.end) break
    found.times.push(key.at)
    if (meaning.kind === 'stroke') found.strokes.push(meaning.stroke)
    if (meaning.kind === 'end') found.end = meaning.end
  }
  return found
}

function gapsOf(times: number[]): number[] {
  return times.slice(1).map((time, place) => time - (times[place] ?? time))
}

/** The reading that holds the test code, and what stands before it. */
function find(readings: Reading[], test: string): { by: Layout; prefix: string } | null {
  for (const { by, text } of readings) {
    const place = text.toUpperCase().indexOf(test)
    if (place >= 0 && by !== 'shown') return { by, prefix: text.slice(0, place) }
  }
  return null
}

/** What the keys of a test scan say about the scanner, and what to change for them to be read. */
export function findingsOf(keys: Key[], test: string, settings: ScannerSettings): Findings {
  const { strokes, end, times } = read(keys)
  const readings = allReadings(strokes)
  const gaps = gapsOf(times)
  const longest = Math.round(Math.max(0, ...gaps))
  const usual = Math.round([...gaps].sort((one, other) => one - other)[gaps.length >> 1] ?? 0)
  const found = find(readings, test)
  const layouts = layoutsOf(readings)
  const layout = found?.by ?? (layouts.length === 1 ? layouts[0] : undefined)
  const advice: Advice[] = []
  const wanted = { ...settings }

  if (!found && layouts.length === 0) advice.push({ kind: 'not_read' })
  if (layout && settings.layout !== 'auto' && settings.layout !== layout) {
    advice.push({ kind: 'layout', layout })
    wanted.layout = layout
  }
  const sends = end ?? 'pause'
  if (sends !== settings.terminator) {
    advice.push({ kind: 'terminator', end: sends })
    wanted.terminator = sends
  }
  if (longest > SLOWEST) advice.push({ kind: 'too_slow', longest })
  else if (longest > settings.longest_gap_ms) {
    wanted.longest_gap_ms = Math.min(SLOWEST, Math.max(LEAST_GAP, longest * ROOM))
    advice.push({ kind: 'gap', longest, wanted: wanted.longest_gap_ms })
  }
  if (found && found.prefix !== settings.prefix) {
    advice.push({ kind: 'prefix', prefix: found.prefix })
    wanted.prefix = found.prefix
  }
  const right = (one: Reading) => (found ? one.text.toUpperCase().includes(test) : one.fit !== null)
  return {
    readings: byLayout(readings, right),
    seen: seen(keys),
    end,
    longest,
    usual,
    advice,
    wanted,
  }
}

/** One row for each layout, and one for the computer's; turned round only where that alone is right. */
function byLayout(readings: Reading[], right: (reading: Reading) => boolean) {
  return [...LAYOUTS, 'shown' as const].flatMap((by) => {
    const own = readings.filter((reading) => reading.by === by)
    const best = own.find(right) ?? own[0]
    return best ? [{ by, text: best.text, right: right(best) }] : []
  })
}

function seen(keys: Key[]): Seen[] {
  let last: number | null = null
  return keys.flatMap((key) => {
    if (key.way === 'up') return []
    const gap = last === null ? null : Math.round((key.at - last) * 10) / 10
    last = key.at
    return [{ code: key.code, shown: key.shown, shift: key.shift, gap }]
  })
}

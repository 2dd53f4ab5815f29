import { describe, expect, it } from 'vitest'
import type { ScannerSettings } from '$/platform'
import { LAYOUTS } from '$/scanner'
import { ended, scanned, scannedByNumber } from '$/scanner/testing/keyboards'
import { findingsOf } from './advice'
import { Run } from './run'

const TEST = 'MBB1:TEST 0123456789 ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:'
const usual: ScannerSettings = {
  prefix: '',
  terminator: 'enter',
  longest_gap_ms: 60,
  layout: 'auto',
}
const kinds = (keys: Parameters<typeof findingsOf>[0], settings = usual) =>
  findingsOf(keys, TEST, settings).advice.map((advice) => advice.kind)

describe('a test scan', () => {
  it('needs no change where it is read correctly', () => {
    const findings = findingsOf(ended(scanned(TEST)), TEST, usual)
    expect(findings.advice).toEqual([])
    expect(findings).toMatchObject({ end: 'enter', longest: 14, usual: 8, wanted: usual })
  })

  it.each(LAYOUTS)('tells a scanner set to %s from all others, on every computer', (scanner) => {
    for (const computer of LAYOUTS) {
      const keys = ended(scanned(TEST, { scanner, computer }))
      const right = findingsOf(keys, TEST, usual).readings.filter(
        (one) => one.right && one.by !== 'shown',
      )
      expect(right.map((one) => one.by)).toEqual([scanner])
      const other = scanner === 'us' ? 'fr' : 'us'
      const findings = findingsOf(keys, TEST, { ...usual, layout: other })
      expect(findings.advice).toEqual([{ kind: 'layout', layout: scanner }])
      expect(findings.wanted.layout).toBe(scanner)
    }
  })

  it('says what ends it', () => {
    const tab = findingsOf(ended(scanned(TEST), 'Tab'), TEST, usual)
    expect([tab.advice, tab.wanted.terminator]).toEqual([
      [{ kind: 'terminator', end: 'tab' }],
      'tab',
    ])
    const none = findingsOf(scanned(TEST), TEST, usual)
    expect([none.advice, none.wanted.terminator]).toEqual([
      [{ kind: 'terminator', end: 'pause' }],
      'pause',
    ])
    expect(kinds(scanned(TEST), { ...usual, terminator: 'pause' })).toEqual([])
  })

  it('says how slow it is, and whether that can be set', () => {
    const slow = findingsOf(ended(scanned(TEST, { every: 70 })), TEST, usual)
    expect(slow.advice).toMatchObject([{ kind: 'gap', wanted: slow.wanted.longest_gap_ms }])
    expect(slow.wanted.longest_gap_ms).toBeGreaterThan(slow.longest)
    expect(slow.wanted.longest_gap_ms).toBeLessThanOrEqual(150)
    expect(kinds(ended(scanned(TEST, { every: 200 })))).toEqual(['too_slow'])
  })

  it('says what comes before the code, and what should and does not', () => {
    const keys = ended(scanned(`]Q1${TEST}`))
    expect(findingsOf(keys, TEST, usual)).toMatchObject({
      advice: [{ kind: 'prefix', prefix: ']Q1' }],
      wanted: { prefix: ']Q1' },
    })
    expect(kinds(keys, { ...usual, prefix: ']Q1' })).toEqual([])
    expect(kinds(ended(scanned(TEST)), { ...usual, prefix: '~' })).toEqual(['prefix'])
  })

  it('reads characters that are sent by their numbers', () => {
    expect(kinds(ended(scannedByNumber(TEST, 3)))).toEqual([])
  })

  it('may be of a voucher as well, and says if it is of neither', () => {
    expect(kinds(ended(scanned('0123-4567-89ABV')))).toEqual([])
    expect(kinds(ended(scanned('4006381333931')))).toEqual(['not_read'])
  })
})

describe('a run of keys', () => {
  it('is gathered until it is over, and typing is none', () => {
    const run = new Run()
    const keys = ended(scanned(TEST))
    const taken = keys.map((key) => run.take(key))
    expect(taken.slice(0, 3)).toEqual([false, false, false])
    expect(taken.at(-1)).toBe(true)
    expect(run.finish()).toHaveLength(keys.length)
    for (const key of ended(scanned('hello there', { every: 220, from: 9000 }))) {
      expect(run.take(key)).toBe(false)
    }
    expect(run.finish()).toBeNull()
  })
})

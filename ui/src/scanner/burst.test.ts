import { describe, expect, it } from 'vitest'
import { Burst, defaults, type Heard, type Options } from './burst'
import type { Key } from './keys'
import { ended, keyDown, scanned, scannedByNumber } from './testing/keyboards'

const CODE = '0123-4567-89ABV'
const SIGNED =
  'MBB1:6BFOXN*TS0BI$ZD-PHQ7I9AD66V5B22CH9M9ESI9XBHXK-%69LQOGI.*V76GCV4*XUA2P-FHT-HNTI4L6N$Q%UG/YL WO*Z7ON15 BM0VM.JQ$F4W17PG4.VAS5EG4V*BRL0K-RDY5RWOOH6PO9:TUQJAJG9-*NIRICIELUF'

function heard(keys: Key[], options: Partial<Options> = {}, burst?: Burst): Heard[] {
  const listening = burst ?? new Burst(() => ({ ...defaults, ...options }))
  return keys.map((key) => listening.hear(key))
}

function scans(keys: Key[], options: Partial<Options> = {}): string[] {
  return heard(keys, options).flatMap((one) =>
    one.kind === 'scan' ? [one.scan.readings[0].text] : [],
  )
}

describe('a burst of keys', () => {
  it('is a scan', () => {
    expect(scans(ended(scanned(CODE)))).toEqual([CODE])
    expect(scans(ended(scanned(SIGNED, { every: 3 })))).toEqual([SIGNED])
  })

  it('is a scan with each terminator that a scanner sends', () => {
    for (const end of ['Enter', 'NumpadEnter', 'Tab']) {
      expect(scans(ended(scanned(CODE), end)), end).toEqual([CODE])
    }
    const lineFeed = keyDown('KeyJ', 1200, { ctrl: true, shown: 'j' })
    expect(scans([...scanned(CODE, { from: 1000, every: 8 }), { ...lineFeed, at: 1125 }])).toEqual([
      CODE,
    ])
  })

  it('is a scan that silence ends, where the scanner sends nothing behind it', () => {
    const burst = new Burst(() => ({ ...defaults, end: 'pause' }))
    heard(scanned(CODE), {}, burst)
    expect(burst.silence()).toMatchObject({ kind: 'scan', scan: { readings: [{ text: CODE }] } })
    expect(burst.silence()).toEqual({ kind: 'nothing' })
  })

  it('goes on behind a silence that was only the page being busy', () => {
    const burst = new Burst()
    const keys = ended(scanned(CODE))
    heard(keys.slice(0, 20), {}, burst)
    expect(burst.silence()).toEqual({ kind: 'nothing' })
    expect(heard(keys.slice(20), {}, burst).map((one) => one.kind)).toContain('scan')
  })

  it('is one scan, and what comes behind its end does nothing', () => {
    const keys = ended(ended(scanned(CODE)), 'Enter', 20)
    expect(
      heard(keys)
        .filter((one) => one.kind === 'scan' || one.kind === 'tail')
        .map((one) => one.kind),
    ).toEqual(['scan', 'tail'])
  })

  it('is two scans, if two codes come without a pause', () => {
    const second = '0000-0000-00000'
    const keys = [
      ...ended(scanned(CODE, { every: 2 })),
      ...ended(scanned(second, { every: 2, from: 1040 })),
    ]
    expect(scans(keys)).toEqual([CODE, second])
  })

  it('begins anew after a pause, so that letters typed before do not stick to it', () => {
    const typed = scanned('hello', { every: 120, from: 0 })
    expect(scans([...typed, ...ended(scanned(CODE, { from: 2000 }))])).toEqual([CODE])
  })

  it('of some other barcode is a scan as well, for the person to be told', () => {
    expect(scans(ended(scanned('4006381333931')))).toEqual(['4006381333931'])
  })

  it('of some other barcode needs the terminator that was set', () => {
    expect(scans(ended(scanned('4006381333931'), 'Tab'))).toEqual([])
    expect(scans(ended(scanned('4006381333931'), 'Tab'), { end: 'tab' })).toEqual(['4006381333931'])
  })

  it('is left alone if it is short, held down, or a palm on the keyboard', () => {
    expect(scans(ended(scanned('AB12')))).toEqual([])
    expect(scans(ended(scanned('AAAAAAAAAAAA', { every: 30 })))).toEqual([])
    const held = scanned('XXXXXXXXXXXXX', { every: 5 }).map((key, place) => ({
      ...key,
      repeat: place > 0,
    }))
    expect(scans(ended(held))).toEqual([])
  })

  it('is broken by a shortcut, and by keys that are no characters', () => {
    for (const broken of [
      { ctrl: true },
      { meta: true },
      { code: 'ArrowLeft' },
      { code: 'Backspace' },
    ]) {
      const keys = scanned(CODE).map((key, place) =>
        place === 20 ? { ...key, ...broken, way: 'down' as const } : key,
      )
      expect(scans(ended(keys)), JSON.stringify(broken)).toEqual([])
    }
  })

  it('is read by its keys while somebody leans on Alt or AltGr, for all of it or a part', () => {
    const alt = (key: Key): Key => ({ ...key, alt: true, shown: '¶' })
    const altGraph = (key: Key): Key => ({
      ...key,
      alt: true,
      ctrl: true,
      altGraph: true,
      shown: '¶',
    })
    for (const [leant, from] of [
      [alt, 0],
      [alt, 20],
      [altGraph, 0],
    ] as const) {
      const keys = scanned(CODE).map((key, place) => (place < from ? key : leant(key)))
      expect(scans(ended(keys))).toEqual([CODE])
    }
  })

  it('is a scan, and no code, where an input method kept keys of it to itself', () => {
    const code = '3R9AJFA433MCH'
    const keys = scanned(code).map((key) =>
      key.code === 'KeyJ' ? { ...key, code: 'Unidentified', shown: 'Unidentified' } : key,
    )
    expect(scans(ended(keys))).toEqual([code.replace('J', '')])
  })

  it('begins anew after keys that an input method kept, however long ago', () => {
    const lost = [0, 100].map((at) => keyDown('Unidentified', at, { shown: 'Unidentified' }))
    const later = scanned(CODE).map((key) => ({ ...key, at: key.at + 10_000 }))
    const parts = heard([...lost, ...later]).flatMap((one) =>
      one.kind === 'part' ? [one.first] : [],
    )
    expect(parts.slice(2)).toEqual([true, ...parts.slice(3).map(() => false)])
    expect(scans(ended([...lost, ...later]))).toEqual([CODE])
  })

  it('may begin with a prefix that the scanner sends with AltGr', () => {
    const prefix = keyDown('Digit0', 992, { altGraph: true, shown: '@' })
    const keys = ended([prefix, ...scanned(CODE, { scanner: 'fr', computer: 'fr' })])
    expect(scans(keys, { prefix: '@' })).toEqual([CODE])
  })

  it('needs its end to follow at once', () => {
    expect(scans(ended(scanned(CODE), 'Enter', 500))).toEqual([])
  })

  it('may be as slow as was set, and no slower', () => {
    const slow = ended(scanned(CODE, { every: 90 }), 'Enter', 30)
    expect(scans(slow)).toEqual([])
    expect(scans(slow, { pause: 120 })).toEqual([CODE])
  })

  it('loses its prefix, and is none without it', () => {
    expect(scans(ended(scanned(`~${CODE}`)), { prefix: '~' })).toEqual([CODE])
    expect(scans(ended(scanned(CODE)), { prefix: '~' })).toEqual([])
    expect(scans(ended(scanned(`Q1${CODE}`, { scanner: 'fr' })), { prefix: 'Q1' })).toEqual([CODE])
  })

  it('may send each character by its number', () => {
    expect(scans(ended(scannedByNumber(CODE, 2)))).toEqual([CODE])
    expect(scans(ended(scannedByNumber(SIGNED, 4)))).toEqual([SIGNED])
    expect(scans(scannedByNumber(`${CODE}\r`, 2))).toEqual([CODE])
  })

  it('reads the number pad', () => {
    const keys = [...'4006381333931'].map((digit, place) => keyDown(`Numpad${digit}`, place * 10))
    expect(scans(ended(keys))).toEqual(['4006381333931'])
  })

  it('is beyond hands from the fourth key on, before a dead key can come in a signed code', () => {
    const paces = heard(scanned('MBB1:')).flatMap((one) => (one.kind === 'part' ? [one.pace] : []))
    expect(paces).toEqual(['slow', 'slow', 'slow', 'inhuman', 'inhuman'])
    const hand = heard(scanned('ABCDEFG', { every: 45 })).flatMap((one) =>
      one.kind === 'part' ? [one.pace] : [],
    )
    expect(hand).toEqual(['slow', 'slow', 'slow', 'quick', 'quick', 'quick', 'quick'])
  })

  it('counts its time to the last key, for whoever measures', () => {
    const keys = ended(scanned(CODE))
    const scan = heard(keys).find((one) => one.kind === 'scan')
    expect(scan).toMatchObject({ scan: { at: keys.at(-2)?.at } })
  })
})

import { describe, expect, it } from 'vitest'
import { Burst, defaults, type Options } from './burst'
import type { Key } from './keys'
import { LAYOUTS, strokeOf } from './layouts'
import { keyDown } from './testing/keyboards'
import { Random } from './testing/random'

const TEXT =
  'the quick brown fox sells a voucher for two to mrs zazie 12 and 0123-4567-89abv and hello there'
const WORDS = TEXT.split(' ')

type Hand = {
  /** Median milliseconds from key to key: 60 is beyond the fastest typists ever measured for more than a few keys. */
  median: number
  spread: number
  /** How often two keys are rolled over, a few milliseconds apart. */
  rolls: number
}

/** A person who types words and ends each line with Enter or Tab, now and then holding a key down. */
function typing(random: Random, hand: Hand): Key[] {
  const layout = random.of(LAYOUTS)
  const keys: Key[] = []
  let at = 1000
  let copying = false
  const press = (code: string, shift: boolean, caps: boolean, composing: boolean) => {
    // What is no word is typed at half the pace at best, and nobody rolls over it.
    const rolled = !copying && random.next() < hand.rolls
    const median = hand.median * (copying ? 2 : 1)
    at += rolled ? 4 + random.next() * 25 : Math.max(20, random.pause(median, hand.spread))
    const shown = composing ? 'Process' : 'x'
    keys.push(keyDown(code, at, { shift, caps, shown }))
    if (random.next() < 0.005) {
      for (let times = random.below(20); times > 0; times--) {
        at += 33
        keys.push(keyDown(code, at, { repeat: true }))
      }
    }
    keys.push(keyDown(code, at + 40 + random.next() * 60, { way: 'up' }))
  }
  const caps = random.next() < 0.1
  const composing = random.next() < 0.1
  for (let line = 0; line < 3; line++) {
    for (let words = 1 + random.below(4); words > 0; words--) {
      const word = random.of(WORDS)
      copying = /\d/.test(word)
      for (const character of word) {
        const stroke = strokeOf(layout, character)
        if (stroke) press(stroke.code, stroke.shift, caps, composing)
      }
      if (words > 1) press('Space', false, caps, composing)
    }
    press(random.of(['Enter', 'Tab']), false, caps, composing)
  }
  return keys.sort((one, other) => one.at - other.at)
}

function scansIn(keys: Key[], options: Options): number {
  const burst = new Burst(() => options)
  return keys.filter((key) => burst.hear(key).kind === 'scan').length
}

describe('typing by hand', () => {
  it.each([
    ['slow', { median: 280, spread: 0.5, rolls: 0.02 }],
    ['average', { median: 180, spread: 0.45, rolls: 0.08 }],
    ['fast', { median: 110, spread: 0.4, rolls: 0.2 }],
    ['as fast as the record', { median: 60, spread: 0.3, rolls: 0.3 }],
  ])('is never a scan: 2,500 people, %s', (_, hand) => {
    const random = new Random(hand.median)
    for (const end of ['enter', 'tab'] as const) {
      for (let person = 0; person < 1250; person++) {
        expect(scansIn(typing(random, hand), { ...defaults, end })).toBe(0)
      }
    }
  })

  it('would be a scan at the pace of one, so the test can fail', () => {
    const random = new Random(1)
    const hand = { median: 12, spread: 0.1, rolls: 0 }
    const found = Array.from({ length: 50 }, () => scansIn(typing(random, hand), defaults))
    expect(Math.max(...found)).toBeGreaterThan(0)
  })
})

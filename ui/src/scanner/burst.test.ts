import { describe, expect, it } from 'vitest'
import { Burst, defaults, type Heard, type Key } from './burst'

/** Keys of a scanner that types `text` on the American layout, one every `every` ms. */
function keysOf(text: string, every: number, from = 1000): Key[] {
  const symbols: Record<string, [string, boolean]> = {
    '-': ['Minus', false],
    ':': ['Semicolon', true],
    ' ': ['Space', false],
    $: ['Digit4', true],
    '%': ['Digit5', true],
    '*': ['Digit8', true],
    '+': ['Equal', true],
    '.': ['Period', false],
    '/': ['Slash', false],
  }
  return [...text].map((character, index) => {
    const at = from + index * every
    const symbol = symbols[character]
    if (symbol) return { code: symbol[0], shift: symbol[1], modified: false, at }
    if (/\d/.test(character))
      return { code: `Digit${character}`, shift: false, modified: false, at }
    const upper = character.toUpperCase()
    return { code: `Key${upper}`, shift: character === upper, modified: false, at }
  })
}

function feed(keys: Key[], options = defaults, endAfter = 5): Heard {
  const burst = new Burst(options)
  for (const key of keys) burst.hear(key)
  const at = (keys.at(-1)?.at ?? 0) + endAfter
  return burst.hear({ code: 'Enter', shift: false, modified: false, at })
}

describe('a burst of keys', () => {
  it('is read as a scan, with the case that was sent', () => {
    expect(feed(keysOf('7HA1-12kz-90PQR', 8))).toEqual({ kind: 'scan', text: '7HA1-12kz-90PQR' })
  })

  it('carries every symbol of a base45 payload', () => {
    const payload = 'MBB1:0 9AZ$%*+-./:'
    expect(feed(keysOf(payload, 3))).toEqual({ kind: 'scan', text: payload })
  })

  it('does not depend on the layout: an AZERTY one shows "HQ&&é" for these keys', () => {
    // event.key would be h q & & é … here; only the physical keys are looked at.
    const keys: Key[] = ['KeyH', 'KeyA', 'Digit1', 'Digit1', 'Digit2', 'KeyZ', 'KeyW', 'KeyM'].map(
      (code, index) => ({ code, shift: code.startsWith('Key'), modified: false, at: index * 6 }),
    )
    expect(feed(keys)).toEqual({ kind: 'scan', text: 'HA112ZWM' })
  })

  it('keeps the shifted symbol where the layout shows a digit for it', () => {
    // The same keys as "$4" on the American layout; AZERTY shows 4 and an apostrophe.
    const keys: Key[] = [
      ...keysOf('ABCD', 6, 0),
      { code: 'Digit4', shown: '4', shift: true, modified: false, at: 24 },
      { code: 'Digit4', shown: "'", shift: false, modified: false, at: 30 },
    ]
    expect(feed(keys)).toEqual({ kind: 'scan', text: 'ABCD$4' })
  })

  it('takes a shifted character that comes without the shift key', () => {
    const keys: Key[] = [
      ...keysOf('MBB1', 6, 0),
      { code: 'Semicolon', shown: ':', shift: false, modified: false, at: 24 },
      { code: 'KeyA', shown: 'A', shift: false, modified: false, at: 30 },
    ]
    expect(feed(keys)).toEqual({ kind: 'scan', text: 'MBB1:A' })
  })

  it('is not confused by the shift key that comes between', () => {
    const keys = keysOf('ABCD12', 8).flatMap((key) => [
      { code: 'ShiftLeft', shift: true, modified: false, at: key.at - 1 },
      key,
    ])
    expect(feed(keys)).toEqual({ kind: 'scan', text: 'ABCD12' })
  })

  it('reads the number pad', () => {
    const keys = [...'123456'].map((digit, index) => ({
      code: `Numpad${digit}`,
      shift: false,
      modified: false,
      at: index * 10,
    }))
    expect(feed(keys)).toEqual({ kind: 'scan', text: '123456' })
  })

  it('leaves typing alone, however long', () => {
    expect(feed(keysOf('a whole sentence', 90))).toEqual({ kind: 'nothing' })
  })

  it('leaves a short burst alone', () => {
    expect(feed(keysOf('ab12', 5))).toEqual({ kind: 'nothing' })
  })

  it('needs the end to follow at once', () => {
    expect(feed(keysOf('ABCDEFGH', 5), defaults, 500)).toEqual({ kind: 'nothing' })
  })

  it('begins anew after a pause, so that letters typed before do not stick to it', () => {
    const keys = [...keysOf('hello', 120, 0), ...keysOf('ABCDEFGH', 5, 2000)]
    expect(feed(keys)).toEqual({ kind: 'scan', text: 'ABCDEFGH' })
  })

  it('takes the prefix off and ignores bursts without it', () => {
    const options = { ...defaults, prefix: '%' }
    expect(feed(keysOf('%ABCDEF', 5), options)).toEqual({ kind: 'scan', text: 'ABCDEF' })
    expect(feed(keysOf('ABCDEFG', 5), options)).toEqual({ kind: 'nothing' })
  })

  it('is broken by a shortcut', () => {
    const keys = keysOf('ABCDEFGH', 5)
    const broken = keys.map((key, index) => (index === 4 ? { ...key, modified: true } : key))
    expect(feed(broken)).toEqual({ kind: 'nothing' })
  })

  it('calls itself likely only from the fourth fast key on', () => {
    const burst = new Burst()
    const kinds = keysOf('ABCDE', 5).map((key) => burst.hear(key).kind)
    expect(kinds).toEqual(['possible', 'possible', 'possible', 'likely', 'likely'])
  })

  it('says which key may be the first, for what was in the field before', () => {
    const burst = new Burst()
    const [first, second] = keysOf('AB', 5)
    expect(burst.hear(first as Key)).toEqual({ kind: 'possible', first: true })
    expect(burst.hear(second as Key)).toEqual({ kind: 'possible', first: false })
  })
})

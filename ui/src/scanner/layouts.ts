/** What a scanner can be set to. American stands for British too: both agree on every symbol of a code. */
export const LAYOUTS = ['us', 'fr', 'de', 'be', 'ch'] as const
export type Layout = (typeof LAYOUTS)[number]

// The keys of the four rows by their place, named as on the American layout. The tables below follow this order.
const ROWS =
  'Backquote Digit1 Digit2 Digit3 Digit4 Digit5 Digit6 Digit7 Digit8 Digit9 Digit0 Minus Equal ' +
  'KeyQ KeyW KeyE KeyR KeyT KeyY KeyU KeyI KeyO KeyP BracketLeft BracketRight ' +
  'KeyA KeyS KeyD KeyF KeyG KeyH KeyJ KeyK KeyL Semicolon Quote Backslash ' +
  'KeyZ KeyX KeyC KeyV KeyB KeyN KeyM Comma Period Slash'
const KEYS = ROWS.split(' ')

type Pair = readonly [plain: string, shifted: string]

const TABLES: Record<Layout, { plain: string; shifted: string }> = {
  us: {
    plain: "`1234567890-=qwertyuiop[]asdfghjkl;'\\zxcvbnm,./",
    shifted: '~!@#$%^&*()_+QWERTYUIOP{}ASDFGHJKL:"|ZXCVBNM<>?',
  },
  fr: {
    plain: '²&é"\'(-è_çà)=azertyuiop^$qsdfghjklmù*wxcvbn,;:!',
    shifted: ' 1234567890°+AZERTYUIOP¨£QSDFGHJKLM%µWXCVBN?./§',
  },
  de: {
    plain: '^1234567890ß´qwertzuiopü+asdfghjklöä#yxcvbnm,.-',
    shifted: '°!"§$%&/()=?`QWERTZUIOPÜ*ASDFGHJKLÖÄ\'YXCVBNM;:_',
  },
  be: {
    plain: '²&é"\'(§è!çà)-azertyuiop^$qsdfghjklmùµwxcvbn,;:=',
    shifted: '³1234567890°_AZERTYUIOP¨*QSDFGHJKLM%£WXCVBN?./+',
  },
  ch: {
    plain: "§1234567890'^qwertzuiopü¨asdfghjklöä$yxcvbnm,.-",
    shifted: '°+"*ç%&/()=?`QWERTZUIOPè!ASDFGHJKLéà£YXCVBNM;:_',
  },
}

// The same on every layout.
const ELSEWHERE: Record<string, Pair> = {
  Space: [' ', ' '],
  NumpadAdd: ['+', '+'],
  NumpadSubtract: ['-', '-'],
  NumpadMultiply: ['*', '*'],
  NumpadDivide: ['/', '/'],
  NumpadDecimal: ['.', '.'],
}
for (let digit = 0; digit <= 9; digit++) ELSEWHERE[`Numpad${digit}`] = [`${digit}`, `${digit}`]

const PAIRS = Object.fromEntries(
  LAYOUTS.map((layout) => {
    const { plain, shifted } = TABLES[layout]
    const pairs = KEYS.map((key, place): [string, Pair] => [
      key,
      [plain.charAt(place), shifted.charAt(place)],
    ])
    return [layout, new Map<string, Pair>([...pairs, ...Object.entries(ELSEWHERE)])]
  }),
) as Record<Layout, Map<string, Pair>>

const STROKES = Object.fromEntries(
  LAYOUTS.map((layout) => {
    const strokes = new Map<string, { code: string; shift: boolean }>()
    // The number pad comes last in the table, and the row above the letters is what a scanner uses.
    for (const [code, [plain, shifted]] of [...PAIRS[layout]].reverse()) {
      strokes.set(shifted, { code, shift: true })
      strokes.set(plain, { code, shift: false })
    }
    return [layout, strokes]
  }),
) as Record<Layout, Map<string, { code: string; shift: boolean }>>

/** What that physical key gives on that layout; null for a key without a character. */
export function characterOf(layout: Layout, code: string, shift: boolean): string | null {
  const pair = PAIRS[layout].get(code)
  return pair ? pair[shift ? 1 : 0] : null
}

/** The key, and whether with Shift, by which a scanner of that layout sends the character; null if it has none. */
export function strokeOf(
  layout: Layout,
  character: string,
): { code: string; shift: boolean } | null {
  return STROKES[layout].get(character) ?? null
}

/** Whether any layout has a character on that key. */
export function isCharacterKey(code: string): boolean {
  return PAIRS.us.has(code)
}

// Scanners act as a keyboard with the American layout whatever the computer's layout is, so the
// physical key says what was scanned where the character on the screen does not.
const SYMBOLS: Record<string, [plain: string, shifted: string]> = {
  Space: [' ', ' '],
  Minus: ['-', '_'],
  Equal: ['=', '+'],
  BracketLeft: ['[', '{'],
  BracketRight: [']', '}'],
  Backslash: ['\\', '|'],
  Semicolon: [';', ':'],
  Quote: ["'", '"'],
  Backquote: ['`', '~'],
  Comma: [',', '<'],
  Period: ['.', '>'],
  Slash: ['/', '?'],
  NumpadAdd: ['+', '+'],
  NumpadSubtract: ['-', '-'],
  NumpadMultiply: ['*', '*'],
  NumpadDivide: ['/', '/'],
  NumpadDecimal: ['.', '.'],
}

const SHIFTED_DIGITS = ')!@#$%^&*('

function pairOf(code: string): [plain: string, shifted: string] | null {
  if (/^Key[A-Z]$/.test(code)) return [code.slice(3).toLowerCase(), code.slice(3)]
  if (/^Digit\d$/.test(code)) return [code.slice(5), SHIFTED_DIGITS.charAt(Number(code.slice(5)))]
  if (/^Numpad\d$/.test(code)) return [code.slice(6), code.slice(6)]
  return SYMBOLS[code] ?? null
}

/**
 * The character that a physical key means on the scanner's layout; null for a key without one.
 * `shown` is what the computer's layout made of it: remote desktops and test drivers send a shifted
 * character without the shift key, and no layout shows that character there unshifted.
 */
export function characterOf(code: string, shift: boolean, shown = ''): string | null {
  const pair = pairOf(code)
  if (!pair) return null
  return shift || shown === pair[1] ? pair[1] : pair[0]
}

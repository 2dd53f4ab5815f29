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

/** The character that a physical key means on the scanner's layout; null for a key without one. */
export function characterOf(code: string, shift: boolean): string | null {
  if (/^Key[A-Z]$/.test(code)) return shift ? code.slice(3) : code.slice(3).toLowerCase()
  if (/^Digit\d$/.test(code)) {
    const digit = code.slice(5)
    return shift ? SHIFTED_DIGITS.charAt(Number(digit)) : digit
  }
  if (/^Numpad\d$/.test(code)) return code.slice(6)
  const symbol = SYMBOLS[code]
  return symbol ? symbol[shift ? 1 : 0] : null
}

// What a code looks like, to tell the right reading of a scan from the wrong ones. Whether a code is good for anything is
// Rust's to say: what no reading fits is sent there all the same.

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const LENGTH = 13
const BASE45 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:'
const SIGNED = 'MBB1:'
// What a new device scans at its first start, as in crates/protocol/src/enrol_ticket.rs.
const TICKET = 'MBE1:'
// A staff member's badge, as in crates/protocol/src/badge.rs.
const BADGE = /^MBBB1:[0-9A-F]{40}$/

/** How well a text fits: the lower the better. `null` is no code at all. */
export type Fit = 'as_printed' | 'other_case' | 'lookalikes'

// Damm's scheme over GF(32), as in crates/domain/src/code.rs.
function timesAlpha(value: number): number {
  const shifted = value << 1
  return shifted & 32 ? (shifted ^ 37) & 31 : shifted
}

function checks(compact: string): boolean {
  if (compact.length !== LENGTH) return false
  let interim = 0
  for (const symbol of compact) {
    const value = CROCKFORD.indexOf(symbol)
    if (value < 0) return false
    interim = timesAlpha(interim ^ value)
  }
  return interim === 0
}

/** The check symbol that makes a code of 12 symbols. */
export function checkSymbol(twelve: string): string {
  let interim = 0
  for (const symbol of twelve) interim = timesAlpha(interim ^ CROCKFORD.indexOf(symbol))
  return CROCKFORD.charAt(interim)
}

// Three symbols are two bytes, the last two may be one.
function isBase45(text: string): boolean {
  if (text.length < 2 || text.length % 3 === 1) return false
  for (let at = 0; at < text.length; at += 3) {
    const group = [...text.slice(at, at + 3)].map((symbol) => BASE45.indexOf(symbol))
    if (group.includes(-1)) return false
    const [low = 0, middle = 0, high = 0] = group
    if (low + 45 * middle + 2025 * high > (group.length === 3 ? 0xffff : 0xff)) return false
  }
  return true
}

/** The symbols that count: no dashes and spaces, capitals. */
export function compact(text: string): string {
  return text.replace(/[\s-]/g, '').toUpperCase()
}

/** Whether the text says who stands there, and is no voucher. */
export function isBadge(text: string): boolean {
  return BADGE.test(text.trim().toUpperCase())
}

/** Whether the text begins as what a new device scans at its first start. */
export function isTicket(text: string): boolean {
  return text.trim().toUpperCase().startsWith(TICKET)
}

/** What two texts of one code have in common. In base45 spaces and dashes count. */
export function identity(text: string): string {
  const capitals = text.trim().toUpperCase()
  return capitals.startsWith(SIGNED) || capitals.startsWith(TICKET) ? capitals : compact(text)
}

/** Whether the text is a code, and how well it looks like one as it is printed. */
export function fitOf(text: string): Fit | null {
  const capitals = text.toUpperCase()
  const long = [SIGNED, TICKET].find((beginning) => capitals.startsWith(beginning))
  if (long) {
    if (!isBase45(capitals.slice(long.length))) return null
    return capitals === text ? 'as_printed' : 'other_case'
  }
  if (isBadge(capitals)) return capitals === text ? 'as_printed' : 'other_case'
  const symbols = compact(text)
  if (checks(symbols)) return capitals === text ? 'as_printed' : 'other_case'
  return checks(symbols.replaceAll('O', '0').replace(/[IL]/g, '1')) ? 'lookalikes' : null
}

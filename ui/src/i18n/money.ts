import type { Money } from '../platform'

/** Minor units as a plain decimal, "41.36": digits are placed, nothing is divided. */
export function decimal(minor: number, exponent: number): string {
  const digits = String(Math.abs(minor)).padStart(exponent + 1, '0')
  const cut = digits.length - exponent
  const sign = minor < 0 ? '-' : ''
  return exponent === 0 ? sign + digits : `${sign}${digits.slice(0, cut)}.${digits.slice(cut)}`
}

const cached = new Map<string, Intl.NumberFormat>()

/** Making a format takes longer than a row of the grid has. */
function formatOf({ currency, exponent }: Money, tag: string, signed: boolean): Intl.NumberFormat {
  const id = `${tag} ${currency} ${exponent} ${signed}`
  const known = cached.get(id)
  if (known) return known
  const made = new Intl.NumberFormat(tag, {
    style: 'currency',
    currency,
    signDisplay: signed ? 'exceptZero' : 'auto',
    minimumFractionDigits: exponent,
    maximumFractionDigits: exponent,
  })
  cached.set(id, made)
  return made
}

/** Money in the reader's manner, with the currency's own number of decimals. */
export function formatMoney(money: Money, tag: string, signed = false): string {
  // A decimal string keeps every digit of a large amount; the library types lag behind the engines.
  return formatOf(money, tag, signed).format(
    decimal(money.minor, money.exponent) as unknown as number,
  )
}

// No currency has more.
export const MOST_DECIMALS = 4

/** What a person typed ("1 234,5") in minor units; null where it is no such amount. */
export function typedMinor(text: string, exponent: number): number | null {
  const plain = text.replace(/[\s\u00a0\u202f]/g, '').replace(',', '.')
  const parts = /^(\d{1,12})(?:\.(\d*))?$/.exec(plain)
  if (!parts) return null
  const fraction = parts[2] ?? ''
  if (fraction.length > exponent) return null
  return Number(`${parts[1]}${fraction.padEnd(exponent, '0')}`)
}

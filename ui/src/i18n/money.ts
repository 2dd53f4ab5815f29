import type { Money } from '../platform'

/** Minor units as a plain decimal, "41.36": digits are placed, nothing is divided. */
export function decimal(minor: number, exponent: number): string {
  const digits = String(Math.abs(minor)).padStart(exponent + 1, '0')
  const cut = digits.length - exponent
  const sign = minor < 0 ? '-' : ''
  return exponent === 0 ? sign + digits : `${sign}${digits.slice(0, cut)}.${digits.slice(cut)}`
}

/** Money in the reader's manner, with the currency's own number of decimals. */
export function formatMoney(money: Money, tag: string, signed = false): string {
  const format = new Intl.NumberFormat(tag, {
    style: 'currency',
    currency: money.currency,
    signDisplay: signed ? 'exceptZero' : 'auto',
    minimumFractionDigits: money.exponent,
    maximumFractionDigits: money.exponent,
  })
  // A decimal string keeps every digit of a large amount; the library types lag behind the engines.
  return format.format(decimal(money.minor, money.exponent) as unknown as number)
}

/** What a person typed ("1 234,5") in minor units; null where it is no such amount. */
export function typedMinor(text: string, exponent: number): number | null {
  const plain = text.replace(/[\s\u00a0\u202f]/g, '').replace(',', '.')
  const parts = /^(\d{1,12})(?:\.(\d*))?$/.exec(plain)
  if (!parts) return null
  const fraction = parts[2] ?? ''
  if (fraction.length > exponent) return null
  return Number(`${parts[1]}${fraction.padEnd(exponent, '0')}`)
}

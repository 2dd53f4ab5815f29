import type { Money } from '../platform'
import * as m from './generated/messages'
import { locale } from './locale.svelte'
import { decimal, formatMoney, MOST_DECIMALS, typedMinor } from './money'

const cached = new Map<string, Intl.DateTimeFormat>()

function dates(key: string, options: Intl.DateTimeFormatOptions) {
  const id = `${locale.regional} ${key}`
  const known = cached.get(id)
  if (known) return known
  const made = new Intl.DateTimeFormat(locale.regional, options)
  cached.set(id, made)
  return made
}

export const money = (value: Money) => formatMoney(value, locale.regional)

/** With its sign where it is above zero as well, "+€2.00". */
export const signedMoney = (value: Money) => formatMoney(value, locale.regional, true)

export const number = (value: number) => new Intl.NumberFormat(locale.regional).format(value)

/** A part of a whole, "28%". */
export const percent = (part: number) =>
  new Intl.NumberFormat(locale.regional, { style: 'percent' }).format(part)

/** A moment, "2 Mar 2026, 14:05". */
export function moment(at: string): string {
  return dates('moment', { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(at))
}

/** A moment for tables, "02/03/2026, 14:05". */
export function shortMoment(at: string): string {
  return dates('short', {
    day: '2-digit',
    month: '2-digit',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
  }).format(new Date(at))
}

export function timeOfDay(at: string): string {
  return dates('time', { timeStyle: 'short' }).format(new Date(at))
}

export function sameDay(a: string, b: Date): boolean {
  return new Date(a).toDateString() === b.toDateString()
}

// A date has no time zone: it is read and written in UTC so that no zone can move it by a day.
const asUtc = (date: string) => new Date(`${date}T00:00:00Z`)

/** A calendar day, "2 Mar 2026". */
export function day(date: string): string {
  return dates('day', { dateStyle: 'medium', timeZone: 'UTC' }).format(asUtc(date))
}

/** A calendar day for tables, "02/03/2026". */
export function shortDay(date: string): string {
  return dates('shortDay', {
    day: '2-digit',
    month: '2-digit',
    year: 'numeric',
    timeZone: 'UTC',
  }).format(asUtc(date))
}

/** How long ago, in the largest whole unit; "just now" below ten seconds. */
export function ago(at: string, now: number): string {
  const seconds = Math.max(0, Math.round((now - Date.parse(at)) / 1000))
  if (seconds < 10) return m.time_just_now()
  const style = new Intl.RelativeTimeFormat(locale.regional, { numeric: 'always', style: 'short' })
  if (seconds < 60) return style.format(-seconds, 'second')
  if (seconds < 3600) return style.format(-Math.floor(seconds / 60), 'minute')
  if (seconds < 86_400) return style.format(-Math.floor(seconds / 3600), 'hour')
  return style.format(-Math.floor(seconds / 86_400), 'day')
}

/** A number with its unit, "12 min". */
function withUnit(value: number, unit: string, unitDisplay: 'short' | 'long' = 'short'): string {
  return new Intl.NumberFormat(locale.regional, {
    style: 'unit',
    unit,
    unitDisplay,
  }).format(value)
}

/** A length of time with its unit, "12 min". */
export function duration(seconds: number): string {
  if (seconds < 120) return withUnit(seconds, 'second')
  if (seconds < 7200) return withUnit(Math.round(seconds / 60), 'minute')
  return withUnit(Math.round(seconds / 3600), 'hour')
}

/** Remaining time as "4:07". */
export function countdown(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds))
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`
}

/** So much of a unit of time, "15 minutes". */
export const measure = (value: number, unit: 'minute' | 'hour' | 'day') =>
  withUnit(value, unit, 'long')

/** A decimal number with two places, as a person reads it: "1,500.00". It is a text on its whole way, and stays exact. */
export const hundredths = (decimal: string) =>
  new Intl.NumberFormat(locale.regional, { minimumFractionDigits: 2 }).format(
    decimal as Intl.StringNumericLiteral,
  )

/** An amount as somebody typed it ("49", "49,00"), as money; as it stands where it is no amount. */
export function typedMoney(text: string, currency: string): string {
  const minor = typedMinor(text, MOST_DECIMALS)
  if (minor === null) return `${text} ${currency}`
  return new Intl.NumberFormat(locale.regional, { style: 'currency', currency }).format(
    decimal(minor, MOST_DECIMALS) as Intl.StringNumericLiteral,
  )
}

/** A plain decimal as this reader would type it: "49.00", in French "49,00". */
export const asTyped = (decimal: string) => decimal.replace('.', decimalMark())

const decimalMark = () =>
  new Intl.NumberFormat(locale.regional).formatToParts(0.5).find((part) => part.type === 'decimal')
    ?.value ?? '.'

/** "12 months", or what stands for a voucher without an end. */
export function validity(months: number | null): string {
  if (months === null) return m.validity_none()
  return m.validity_months({ count: months })
}

/** Bytes as people read them: whole megabytes, or kilobytes below one. */
export function bytes(count: number): string {
  if (count < 1_000_000) return withUnit(Math.ceil(count / 1000), 'kilobyte')
  return withUnit(Math.round(count / 1_000_000), 'megabyte')
}

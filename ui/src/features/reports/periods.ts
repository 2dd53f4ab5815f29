import {
  type CalendarDate,
  endOfMonth,
  endOfYear,
  parseDate,
  startOfMonth,
  startOfYear,
} from '@internationalized/date'

export const presets = [
  'today',
  'yesterday',
  'this_month',
  'last_month',
  'this_quarter',
  'last_quarter',
  'this_year',
  'last_year',
  'last_12_months',
] as const
export type Preset = (typeof presets)[number]
export type Period = { from: string; to: string }

const quarter = (day: CalendarDate) => startOfMonth(day).subtract({ months: (day.month - 1) % 3 })

/** The first and the last day of a period, as it is on that day. A period that is not over ends today. */
export function period(preset: Preset, today: string): Period {
  const day = parseDate(today)
  const span = (from: CalendarDate, to: CalendarDate) => ({
    from: from.toString(),
    to: to.toString(),
  })
  switch (preset) {
    case 'today':
      return span(day, day)
    case 'yesterday':
      return span(day.subtract({ days: 1 }), day.subtract({ days: 1 }))
    case 'this_month':
      return span(startOfMonth(day), day)
    case 'last_month': {
      const before = day.subtract({ months: 1 })
      return span(startOfMonth(before), endOfMonth(before))
    }
    case 'this_quarter':
      return span(quarter(day), day)
    case 'last_quarter': {
      const last = quarter(day).subtract({ days: 1 })
      return span(quarter(last), last)
    }
    case 'this_year':
      return span(startOfYear(day), day)
    case 'last_year': {
      const before = day.subtract({ years: 1 })
      return span(startOfYear(before), endOfYear(before))
    }
    case 'last_12_months':
      return span(day.subtract({ years: 1 }).add({ days: 1 }), day)
  }
}

/** The preset that says just this; none where somebody chose days of their own. */
export function presetOf(chosen: Period, today: string): Preset | null {
  return (
    presets.find((preset) => {
      const { from, to } = period(preset, today)
      return from === chosen.from && to === chosen.to
    }) ?? null
  )
}

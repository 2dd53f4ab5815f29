/** The day before or after, "2026-03-10". A date has no time zone: it is counted in UTC. */
export function shifted(day: string, by: number): string {
  const date = new Date(`${day}T00:00:00Z`)
  date.setUTCDate(date.getUTCDate() + by)
  return date.toISOString().slice(0, 10)
}

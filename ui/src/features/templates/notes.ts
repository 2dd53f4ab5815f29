import type { HistoryEntry } from '$/platform'

/** The notes among everything that was done with a template, the newest first. */
export const notesOf = (history: HistoryEntry[]): HistoryEntry[] =>
  history.filter(({ what }) => what === 'noted').reverse()

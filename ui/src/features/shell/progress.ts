import { bytes, duration, number, percent } from '$/i18n/format'
import * as m from '$/i18n/generated/messages'
import type { StatusBar, SyncProgress } from '$/platform'

/** The progress of taking the copy as a whole; none where it is not taken. */
export function wholeOf(bar: StatusBar | null): SyncProgress | null {
  const progress = bar?.progress ?? null
  return progress && ['preparing', 'loading', 'finishing'].includes(progress.phase)
    ? progress
    : null
}

/** How far the sync is, in one line. */
export function progressWords(progress: SyncProgress): string {
  return withTimeLeft(phaseWords(progress), progress)
}

/** The same in a few words, for the status bar. */
export function progressShort(progress: SyncProgress): string {
  const part = percent(progress.total > 0 ? progress.done / progress.total : 0)
  switch (progress.phase) {
    case 'preparing':
      return withTimeLeft(m.sync_short_preparing({ part }), progress)
    case 'loading':
      return withTimeLeft(m.sync_short_loading({ part }), progress)
    case 'finishing':
      return m.sync_finishing_begun()
    default:
      return progressWords(progress)
  }
}

function withTimeLeft(what: string, { seconds_left }: SyncProgress): string {
  return seconds_left === null ? what : m.sync_time_left({ what, time: duration(seconds_left) })
}

function phaseWords(progress: SyncProgress): string {
  const facts = { done: number(progress.done), total: number(progress.total) }
  switch (progress.phase) {
    case 'sending':
      return m.sync_sending(facts)
    case 'receiving':
      return m.sync_receiving(facts)
    case 'preparing':
      return m.sync_preparing(facts)
    case 'loading':
      return m.sync_loading({
        ...facts,
        bytes: bytes(progress.bytes ?? 0),
        of_bytes: bytes(progress.of_bytes ?? 0),
      })
    case 'finishing':
      return progress.total > 0 ? m.sync_finishing(facts) : m.sync_finishing_begun()
  }
}

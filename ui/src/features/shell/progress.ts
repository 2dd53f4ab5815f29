import { bytes, duration, number } from '$/i18n/format'
import * as m from '$/i18n/generated/messages'
import type { SyncProgress } from '$/platform'

/** How far the sync is, in one line. */
export function progressWords(progress: SyncProgress): string {
  const what = phaseWords(progress)
  if (progress.seconds_left === null) return what
  return m.sync_time_left({ what, time: duration(progress.seconds_left) })
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
      return m.sync_finishing(facts)
  }
}

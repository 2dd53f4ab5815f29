import CircleCheck from '@lucide/svelte/icons/circle-check'
import CircleDashed from '@lucide/svelte/icons/circle-dashed'
import LockKeyholeOpen from '@lucide/svelte/icons/lock-keyhole-open'
import type { Look } from '$/components/tones'
import { ago, number } from '$/i18n/format'
import * as m from '$/i18n/generated/messages'
import type { CallReason, DayState, DeviceDay } from '$/platform'

export const stateLook: Record<DayState, Look> = {
  closed: { tone: 'green', icon: CircleCheck, word: m.eod_state_closed },
  open: { tone: 'rust', icon: LockKeyholeOpen, word: m.eod_state_open },
  idle: { tone: 'slate', icon: CircleDashed, word: m.eod_state_idle },
}

/** Why somebody must be called about a device, with the fact that it rests on. */
export function callWords(reason: CallReason, device: DeviceDay, now: number): string {
  switch (reason) {
    case 'not_closed':
      return device.not_closed < 1000
        ? m.eod_call_not_closed({ count: device.not_closed })
        : m.eod_call_not_closed_many({ count: number(1000) })
    case 'waiting':
      return m.eod_call_waiting({ count: device.waiting ?? 0 })
    case 'silent':
      return device.last_contact_at
        ? m.eod_call_silent({ ago: ago(device.last_contact_at, now) })
        : m.eod_call_silent_plain()
    case 'disagrees':
      return m.eod_call_disagrees()
  }
}

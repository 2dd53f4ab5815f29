import Ban from '@lucide/svelte/icons/ban'
import CalendarX from '@lucide/svelte/icons/calendar-x'
import CircleCheck from '@lucide/svelte/icons/circle-check'
import Repeat from '@lucide/svelte/icons/repeat-2'
import Ticket from '@lucide/svelte/icons/ticket'
import Undo from '@lucide/svelte/icons/undo-2'
import type { Component } from 'svelte'
import type { VoucherStatus } from '$/platform'
import type { Tone } from './tones'

export const statusLook: Record<VoucherStatus, { tone: Tone; icon: Component<{ size?: number }> }> =
  {
    purchased: { tone: 'green', icon: Ticket },
    used: { tone: 'slate', icon: CircleCheck },
    cancelled: { tone: 'rust', icon: Ban },
    refunded: { tone: 'blue', icon: Undo },
    expired: { tone: 'plum', icon: CalendarX },
    replaced: { tone: 'slate', icon: Repeat },
  }

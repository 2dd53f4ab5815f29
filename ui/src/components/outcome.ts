import CircleCheck from '@lucide/svelte/icons/circle-check'
import CircleX from '@lucide/svelte/icons/circle-x'
import Hourglass from '@lucide/svelte/icons/hourglass'
import Split from '@lucide/svelte/icons/split'
import type { Component } from 'svelte'
import * as m from '$/i18n/generated/messages'
import type { HistoryEntry } from '$/platform'
import type { Tone } from './tones'

type Look = { tone: Tone; icon: Component<{ size?: number }>; word: () => string }

/** What became of an operation. */
export const outcomeLooks: Record<HistoryEntry['outcome'], Look> = {
  applied: { tone: 'green', icon: CircleCheck, word: m.outcome_applied },
  conflict: { tone: 'rust', icon: Split, word: m.outcome_conflict },
  rejected: { tone: 'red', icon: CircleX, word: m.outcome_rejected },
  waiting: { tone: 'blue', icon: Hourglass, word: m.outcome_waiting },
}

import CircleCheck from '@lucide/svelte/icons/circle-check'
import CircleHelp from '@lucide/svelte/icons/circle-question-mark'
import CircleX from '@lucide/svelte/icons/circle-x'
import CloudOff from '@lucide/svelte/icons/cloud-off'
import Hourglass from '@lucide/svelte/icons/hourglass'
import Shield from '@lucide/svelte/icons/shield'
import Split from '@lucide/svelte/icons/split'
import Undo from '@lucide/svelte/icons/undo-2'
import type { Look } from '$/components/tones'
import * as m from '$/i18n/generated/messages'
import type { AnswerKind, RedemptionState } from '$/platform'

export const answerLook: Record<AnswerKind, Look> = {
  confirmed: { tone: 'green', icon: CircleCheck, word: m.answer_confirmed },
  accepted_offline: { tone: 'blue', icon: CloudOff, word: m.answer_accepted_offline },
  refused: { tone: 'red', icon: CircleX, word: m.answer_refused },
  unknown: { tone: 'plum', icon: CircleHelp, word: m.answer_unknown },
}

export const redemptionLook: Record<RedemptionState, Omit<Look, 'word'> & { hint: () => string }> =
  {
    confirmed: { tone: 'green', icon: CircleCheck, hint: m.redemption_confirmed_hint },
    waiting: { tone: 'blue', icon: Hourglass, hint: m.redemption_waiting_hint },
    quarantined: { tone: 'rust', icon: Shield, hint: m.redemption_quarantined_hint },
    conflict: { tone: 'rust', icon: Split, hint: m.redemption_conflict_hint },
    refused: { tone: 'red', icon: CircleX, hint: m.redemption_refused_hint },
    withdrawn: { tone: 'plum', icon: Undo, hint: m.redemption_withdrawn_hint },
    undone: { tone: 'slate', icon: Undo, hint: m.redemption_undone_hint },
  }

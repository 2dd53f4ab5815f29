import Archive from '@lucide/svelte/icons/archive'
import CircleCheck from '@lucide/svelte/icons/circle-check'
import Split from '@lucide/svelte/icons/split'
import type { Look } from '$/components/tones'
import * as m from '$/i18n/generated/messages'
import type { ConflictKind, ConflictRow } from '$/platform'

export const stateLook: Record<ConflictRow['state'], Look> = {
  open: { tone: 'rust', icon: Split, word: m.conflict_state_open },
  settled: { tone: 'green', icon: CircleCheck, word: m.conflict_state_settled },
  resolved: { tone: 'slate', icon: Archive, word: m.conflict_state_resolved },
}

export const kindWord = (kind: ConflictKind) =>
  ({
    double_redemption: m.conflict_kind_double_redemption,
    honoured_after_cancellation: m.conflict_kind_honoured_after_cancellation,
    honoured_after_refund: m.conflict_kind_honoured_after_refund,
    honoured_after_expiry: m.conflict_kind_honoured_after_expiry,
    honoured_after_replacement: m.conflict_kind_honoured_after_replacement,
    unknown_voucher: m.conflict_kind_unknown_voucher,
  })[kind]()

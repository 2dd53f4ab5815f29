import { number } from '$/i18n/format'
import * as m from '$/i18n/generated/messages'
import { refusalWords } from '$/i18n/refusals'
import { statusWord } from '$/i18n/words'
import type { BulkReason, BulkResult, BulkView, VoucherAction } from '$/platform'
import { actionWord } from '../actions'

type Counted = { count: number; shown: string }

/** What is done to several, whatever their number. */
export function bulkTitle(action: VoucherAction): string {
  // Another voucher is issued for one at a time.
  if (action === 'reissue' || action === 'exchange') return actionWord(action)
  return {
    cancel: m.bulk_title_cancel,
    refund: m.bulk_title_refund,
    redeem: m.bulk_title_redeem,
    undo_redemption: m.bulk_title_undo_redemption,
    honour_expired: m.bulk_title_honour_expired,
    extend: m.bulk_title_extend,
    chargeback: m.bulk_title_chargeback,
    note: m.bulk_title_note,
  }[action]()
}

/** What is done to so many, as a button says it. */
export function doWord(action: VoucherAction, count: number): string {
  const facts: Counted = { count, shown: number(count) }
  if (action === 'reissue' || action === 'exchange') return actionWord(action)
  return {
    cancel: m.bulk_do_cancel,
    refund: m.bulk_do_refund,
    redeem: m.bulk_do_redeem,
    undo_redemption: m.bulk_do_undo_redemption,
    honour_expired: m.bulk_do_honour_expired,
    extend: m.bulk_do_extend,
    chargeback: m.bulk_do_chargeback,
    note: m.bulk_do_note,
  }[action](facts)
}

/** Why some may not, without the facts of any one of them. */
export function reasonWord({ refusal }: BulkReason): string {
  if (refusal.kind === 'status_is')
    return m.bulk_reason_status({ status: statusWord(refusal.status) })
  return refusalWords(refusal).title
}

export const resultWord = (result: BulkResult) =>
  ({ recorded: m.bulk_recorded, refused: m.bulk_refused, left: m.bulk_left })[result]()

/** The words of the table of results. */
export const resultWords = (view: BulkView) => ({
  title: m.bulk_results(),
  code: m.word_code(),
  result: m.bulk_result(),
  reason: m.word_reason(),
  recorded: m.bulk_recorded(),
  refused: m.bulk_refused(),
  left: m.bulk_left(),
  reasons: view.reasons.map(reasonWord),
})

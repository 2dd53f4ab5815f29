import { money } from '$/i18n/format'
import * as m from '$/i18n/generated/messages'
import type { ActionForm, VoucherAction, VoucherRow } from '$/platform'

/** What a person says beside the action itself. */
export type Said = Pick<ActionForm, 'reason' | 'payment' | 'expires_on' | 'template_id'>

export const nothingSaid: Said = { reason: '', payment: null, expires_on: null, template_id: null }

export const actionWord = (action: VoucherAction) =>
  ({
    cancel: m.action_cancel,
    refund: m.action_refund,
    redeem: m.action_redeem,
    undo_redemption: m.action_undo_redemption,
    honour_expired: m.action_honour_expired,
    extend: m.action_extend,
    reissue: m.action_reissue,
    exchange: m.action_exchange,
    chargeback: m.action_chargeback,
    note: m.action_note,
  })[action]()

/** What the action does to the voucher, said before it is done. */
export function actionText(action: VoucherAction, { code, price }: VoucherRow): string {
  switch (action) {
    case 'cancel':
      return m.action_cancel_text({ code })
    case 'refund':
      return m.action_refund_text({ code, price: money(price) })
    case 'redeem':
      return m.action_redeem_text({ code })
    case 'undo_redemption':
      return m.action_undo_redemption_text({ code })
    case 'honour_expired':
      return m.action_honour_expired_text({ code })
    case 'extend':
      return m.action_extend_text({ code })
    case 'reissue':
      return m.action_reissue_text({ code })
    case 'exchange':
      return m.action_exchange_text({ code, price: money(price) })
    case 'chargeback':
      return m.action_chargeback_text({ code })
    case 'note':
      return m.action_note_text({ code })
  }
}

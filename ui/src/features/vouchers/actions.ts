import { money } from '$/i18n/format'
import * as m from '$/i18n/generated/messages'
import type { VoucherAction, VoucherRow } from '$/platform'

export const actionWord = (action: VoucherAction) =>
  ({
    cancel: m.action_cancel,
    refund: m.action_refund,
    redeem: m.action_redeem,
    undo_redemption: m.action_undo_redemption,
    honour_expired: m.action_honour_expired,
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
  }
}

import type {
  HistoryEntry,
  Payment,
  RedemptionState,
  Role,
  Settlement,
  Vat,
  VoucherStatus,
} from '../platform'
import * as m from './generated/messages'
import { locale } from './locale.svelte'

export const voucherStatuses: VoucherStatus[] = [
  'purchased',
  'used',
  'cancelled',
  'refunded',
  'expired',
  'replaced',
]

export const statusWord = (status: VoucherStatus) =>
  ({
    purchased: m.status_word_purchased,
    used: m.status_word_used,
    cancelled: m.status_word_cancelled,
    refunded: m.status_word_refunded,
    expired: m.status_word_expired,
    replaced: m.status_word_replaced,
  })[status]()

export const roleWord = (role: Role) =>
  ({ counter: m.role_counter, back_office: m.role_back_office, admin: m.role_admin })[role]()

/** What the shop page sold is paid online, whatever kind of payment stands in the books. */
export const paymentWord = (payment: Payment, online = false) =>
  online
    ? m.payment_online()
    : {
        cash: m.payment_cash,
        card_terminal: m.payment_card_terminal,
        other: m.payment_other,
      }[payment]()

const payments: Payment[] = ['cash', 'card_terminal', 'other']
export const paymentItems = () =>
  payments.map((payment) => ({ value: payment, label: paymentWord(payment) }))

export const whatWord = (what: HistoryEntry['what']) =>
  ({
    created: m.what_created,
    edited: m.what_edited,
    archived: m.what_archived,
    unarchived: m.what_unarchived,
    sold: m.what_sold,
    redeem_asked: m.what_redeem_asked,
    redeemed: m.what_redeemed,
    honoured: m.what_honoured,
    withdrawn: m.what_withdrawn,
    cancelled: m.what_cancelled,
    refunded: m.what_refunded,
    expired: m.what_expired,
    redemption_undone: m.what_redemption_undone,
    expired_honoured: m.what_expired_honoured,
    extended: m.what_extended,
    replaced: m.what_replaced,
    issued_instead: m.what_issued_instead,
    imported: m.what_imported,
    charged_back: m.what_charged_back,
    noted: m.what_noted,
    conflict_settled: m.what_conflict_settled,
    cash_moved: m.what_cash_moved,
    day_closed: m.what_day_closed,
  })[what]()

export const redemptionWord = (state: RedemptionState) =>
  ({
    confirmed: m.redemption_confirmed,
    waiting: m.redemption_waiting,
    quarantined: m.redemption_quarantined,
    conflict: m.redemption_conflict,
    refused: m.redemption_refused,
    withdrawn: m.redemption_withdrawn,
    undone: m.redemption_undone,
  })[state]()

export function vatWord(vat: Vat): string {
  if (vat.kind === 'multi_purpose') return m.vat_multi()
  const rate = new Intl.NumberFormat(locale.regional, {
    style: 'percent',
    maximumFractionDigits: 2,
  }).format(vat.rate_basis_points / 10_000)
  return m.vat_single({ rate })
}

export const settlementWord = (settlement: Settlement) =>
  ({
    write_off: m.settlement_write_off,
    charge_shop: m.settlement_charge_shop,
    customer_pays: m.settlement_customer_pays,
    mistaken_scan: m.settlement_mistaken_scan,
  })[settlement]()

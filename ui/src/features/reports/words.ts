import * as m from '$/i18n/generated/messages'
import type { ReportKind } from '$/platform'
import type { Preset } from './periods'

export const kindWord: Record<ReportKind, () => string> = {
  liability: m.reports_kind_liability,
  activity: m.reports_kind_activity,
  ageing: m.reports_kind_ageing,
  breakage: m.reports_kind_breakage,
  vat: m.reports_kind_vat,
  accounting: m.reports_kind_accounting,
}

export const kindText: Record<ReportKind, () => string> = {
  liability: m.reports_text_liability,
  activity: m.reports_text_activity,
  ageing: m.reports_text_ageing,
  breakage: m.reports_text_breakage,
  vat: m.reports_text_vat,
  accounting: m.reports_text_accounting,
}

export const presetWord: Record<Preset, () => string> = {
  today: m.reports_preset_today,
  yesterday: m.reports_preset_yesterday,
  this_month: m.reports_preset_this_month,
  last_month: m.reports_preset_last_month,
  this_quarter: m.reports_preset_this_quarter,
  last_quarter: m.reports_preset_last_quarter,
  this_year: m.reports_preset_this_year,
  last_year: m.reports_preset_last_year,
  last_12_months: m.reports_preset_last_12_months,
}

export const accountWord: Record<string, () => string> = {
  cash: m.reports_account_cash,
  card: m.reports_account_card,
  other_payment: m.reports_account_other_payment,
  vouchers: m.reports_account_vouchers,
  refunds_owed: m.reports_account_refunds_owed,
  vat: m.reports_account_vat,
  vat_in_between: m.reports_account_vat_in_between,
  turnover: m.reports_account_turnover,
  to_be_taxed: m.reports_account_to_be_taxed,
  breakage: m.reports_account_breakage,
  exchange: m.reports_account_exchange,
  loss: m.reports_account_loss,
  taken_over: m.reports_account_taken_over,
}

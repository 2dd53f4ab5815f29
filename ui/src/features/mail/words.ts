import Ban from '@lucide/svelte/icons/ban'
import CircleCheck from '@lucide/svelte/icons/circle-check'
import CircleDashed from '@lucide/svelte/icons/circle-dashed'
import CircleHelp from '@lucide/svelte/icons/circle-question-mark'
import Clock from '@lucide/svelte/icons/clock'
import TriangleAlert from '@lucide/svelte/icons/triangle-alert'
import type { Look } from '$/components/tones'
import * as m from '$/i18n/generated/messages'
import type { FailedJob, JobTrouble, MailKind, MailState, MailTextFault } from '$/platform'

export const stateLook: Record<MailState, Look> = {
  waiting: { tone: 'blue', icon: Clock, word: m.mail_state_waiting },
  sent: { tone: 'green', icon: CircleCheck, word: m.mail_state_sent },
  failed: { tone: 'red', icon: TriangleAlert, word: m.mail_state_failed },
  buyer_erased: { tone: 'slate', icon: CircleDashed, word: m.mail_state_buyer_erased },
  no_address: { tone: 'slate', icon: CircleDashed, word: m.mail_state_no_address },
  not_owed: { tone: 'slate', icon: CircleDashed, word: m.mail_state_not_owed },
  person_barred: { tone: 'slate', icon: CircleDashed, word: m.mail_state_person_barred },
  may_have_arrived: { tone: 'rust', icon: CircleHelp, word: m.mail_state_may_have_arrived },
  discarded: { tone: 'slate', icon: Ban, word: m.mail_state_discarded },
}

export const kindWord: Record<MailKind, () => string> = {
  voucher: m.mail_kind_voucher,
  reminder: m.mail_kind_reminder,
  password_reset: m.mail_kind_password_reset,
}

const troubles: Record<JobTrouble, () => string> = {
  unreachable: m.trouble_unreachable,
  untrusted: m.trouble_untrusted,
  sign_in_refused: m.trouble_sign_in_refused,
  refused_for_now: m.trouble_refused_for_now,
  refused: m.trouble_refused,
  refused_by_policy: m.trouble_refused_by_policy,
  may_have_arrived: m.trouble_may_have_arrived,
  address_refused: m.trouble_address_refused,
  text_faulty: m.trouble_text_faulty,
  interrupted: m.trouble_interrupted,
  internal: m.trouble_internal,
}
export const troubleWord = (trouble: JobTrouble) => troubles[trouble]()

export function jobWord({ kind, staff }: FailedJob): string {
  switch (kind) {
    case 'voucher_mail':
      return m.job_voucher_mail()
    case 'voucher_mail_again':
      return m.job_voucher_mail_again()
    case 'password_reset_mail':
      return m.job_password_reset_mail({ name: staff ?? '' })
    case 'address_changed_mail':
      return m.job_address_changed_mail({ name: staff ?? '' })
    case 'reminder_mail':
      return m.job_reminder_mail()
    case 'remind_buyers':
      return m.job_remind_buyers()
    case 'expire_vouchers':
      return m.job_expire_vouchers()
    case 'refresh_snapshots':
      return m.job_refresh_snapshots()
    case 'forget_buyers':
      return m.job_forget_buyers()
    case 'prune':
      return m.job_prune()
    case 'put_sums_together':
      return m.job_put_sums_together()
  }
}

export function faultWord({ kind, found }: MailTextFault): string {
  switch (kind) {
    case 'empty':
      return m.mail_fault_empty()
    case 'too_long':
      return m.mail_fault_too_long({ found })
    case 'forbidden_character':
      return m.mail_fault_forbidden_character()
    case 'unclosed':
      return m.mail_fault_unclosed({ found })
    case 'unknown_placeholder':
      return m.mail_fault_unknown_placeholder({ found })
    case 'not_allowed':
      return m.mail_fault_not_allowed({ found })
    case 'unbalanced':
      return m.mail_fault_unbalanced({ found })
  }
}

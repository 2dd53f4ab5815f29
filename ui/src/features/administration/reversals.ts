import { money } from '$/i18n/format'
import * as m from '$/i18n/generated/messages'
import type { PaymentReversal } from '$/platform'

/** What became of the money. */
export const reversalWhat = ({
  state,
  failed,
  amount,
}: Pick<PaymentReversal, 'state' | 'failed' | 'amount'>) => {
  const words = {
    partly_refunded: m.reversal_partly_refunded,
    refunded: m.reversal_refunded,
    disputed: m.reversal_disputed,
    won: m.reversal_won,
    lost: m.reversal_lost,
  }
  return (failed ? m.reversal_failed : words[state])({ amount: money(amount) })
}

/** What is to be done. */
export const reversalTodo = ({ advice }: Pick<PaymentReversal, 'advice'>) =>
  ({
    nothing: m.reversal_nothing,
    cancel_and_refund: m.reversal_cancel_and_refund,
    record_refund: m.reversal_record_refund,
    ask_the_buyer: m.reversal_ask_the_buyer,
    answer_valid: m.reversal_answer_valid,
    answer: m.reversal_answer,
    record_chargeback: m.reversal_record_chargeback,
    settled: m.reversal_settled,
    keeps: m.reversal_keeps,
    issue_another: m.reversal_issue_another,
    refund_again_or_keep: m.reversal_refund_again_or_keep,
    refund_again: m.reversal_refund_again,
  })[advice]()

import { describe, expect, it } from 'vitest'
import type { PaymentReversal, ReversalAdvice, ReversalState } from '$/platform'
import '$/platform/testing/rust'
import { reversalTodo, reversalWhat } from './reversals'

const states: ReversalState[] = ['partly_refunded', 'refunded', 'disputed', 'won', 'lost']
const advices: ReversalAdvice[] = [
  'nothing',
  'cancel_and_refund',
  'record_refund',
  'ask_the_buyer',
  'answer_valid',
  'answer',
  'record_chargeback',
  'settled',
  'keeps',
  'issue_another',
  'refund_again_or_keep',
  'refund_again',
]
const amount: PaymentReversal['amount'] = { minor: 1000, currency: 'EUR', exponent: 2 }

describe('money that went back', () => {
  it('says what became of it, with the sum, in words of its own', () => {
    const words = states.map((state) => reversalWhat({ state, failed: false, amount }))
    words.push(reversalWhat({ state: 'refunded', failed: true, amount }))
    expect(new Set(words).size).toBe(states.length + 1)
    for (const word of words) expect(word).toContain('10')
  })

  it('says what is to be done, each in words of its own', () => {
    const words = advices.map((advice) => reversalTodo({ advice }))
    expect(new Set(words).size).toBe(advices.length)
  })
})

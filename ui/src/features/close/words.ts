import * as m from '$/i18n/generated/messages'
import type { CashMovement } from '$/platform'

export const movementWord = (movement: CashMovement) =>
  ({ float: m.cash_float, in: m.cash_in, out: m.cash_out })[movement]()

export const movementText = (movement: CashMovement) =>
  ({ float: m.cash_float_text, in: m.cash_in_text, out: m.cash_out_text })[movement]()

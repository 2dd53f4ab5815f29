import { fieldFault } from '$/i18n/errors'
import * as m from '$/i18n/generated/messages'
import type { LineFault, RefusedWords, SheetField, SheetForm, SheetView } from '$/platform'
import { language } from '../vouchers/table'

export const fieldWord = (field: SheetField) =>
  ({
    buyer: m.word_buyer,
    email: m.word_email,
    recipient: m.word_recipient,
    message: m.word_message,
    code: m.sheet_code,
    title: m.word_title,
    price: m.word_price,
    currency: m.grid_currency,
    status: m.sheet_status,
    sold_on: m.sheet_sold_on,
    expires_on: m.sheet_expires_on,
    since: m.sheet_since,
  })[field]()

export const formWord = (form: SheetForm) =>
  ({
    utf8: m.sheet_form_utf8,
    utf16: m.sheet_form_utf16,
    windows1252: m.sheet_form_windows1252,
    xlsx: m.sheet_form_xlsx,
  })[form]()

/** "E-mail: not an e-mail address". */
export function faultWord({ field, code, limit }: LineFault): string {
  const word = fieldFault({ code, limit })
  return field === null ? word : m.sheet_fault({ field: fieldWord(field), fault: word })
}

const codes: LineFault['code'][] = [
  'required',
  'too_long',
  'too_small',
  'too_large',
  'not_a_number',
  'too_many_decimals',
  'unknown_currency',
  'not_an_email',
  'forbidden_character',
  'not_a_date',
  'in_the_future',
  'unknown_status',
  'twice',
  'code_taken',
  'here_otherwise',
  'cell_count',
  'inexact_number',
  'error_cell',
]

/** A bound that Rust puts in itself. */
const LIMIT = '{limit}'

/** The words of the table of refused lines. */
export const refusedWords = ({ fields }: SheetView, title: string): RefusedWords => ({
  title,
  line: m.sheet_line(),
  reason: m.word_reason(),
  fields: fields.map((field) => ({ field, word: fieldWord(field) })),
  faults: codes.map((code) => ({ code, word: fieldFault({ code, limit: LIMIT }) })),
  language: language(),
})

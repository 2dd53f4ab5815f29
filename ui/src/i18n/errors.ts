import type { AppError, FieldErrorCode, Role } from '../platform'
import { duration } from './format'
import * as m from './generated/messages'
import { lookup } from './lookup'
import { refusalWords, type Words } from './refusals'
import { roleWord } from './words'

const ROLES: readonly string[] = ['counter', 'back_office', 'admin']

function spoken(params: Record<string, string>): Record<string, string> {
  const told = {
    seconds: '',
    days: '',
    role: '',
    server: '',
    missing: '',
    printer: '',
    name: '',
    folder: '',
    expected: '',
    numbers: '',
    months: '',
    least: '',
    country: '',
    most: '',
    line: '',
    ...params,
  }
  if (params.seconds) told.seconds = duration(Number(params.seconds))
  if (ROLES.includes(told.role)) told.role = roleWord(told.role as Role)
  return told
}

/** An error in words. `raw` is the plain English text, only for a code that has no words here. */
export function errorWords(error: AppError): Words & { raw: string | null } {
  if (error.code === 'refused' && error.refusal)
    return { ...refusalWords(error.refusal), raw: null }
  const told = spoken(error.params)
  const title = lookup(`error_${error.code}_title`, told)
  const meaning = lookup(`error_${error.code}_meaning`, told)
  const todo = lookup(`error_${error.code}_todo`, told)
  if (title === null || meaning === null || todo === null) {
    return {
      title: m.error_unknown_title(),
      meaning: m.error_unknown_meaning(),
      todo: m.error_unknown_todo(),
      raw: error.message,
    }
  }
  return { title, meaning, todo, raw: error.code === 'internal' ? error.message : null }
}

/** What is wrong with a value; the bound may be one that is put in later. */
type Fault = { code: FieldErrorCode; limit: number | string | null }

export function fieldFault({ code, limit }: Fault): string {
  switch (code) {
    case 'required':
      return m.field_required()
    case 'too_long':
      return limit === null ? m.field_too_long_plain() : m.field_too_long({ limit })
    case 'too_short':
      return m.field_too_short({ limit: limit ?? 1 })
    case 'too_small':
      return limit === null ? m.field_too_small() : m.field_too_small_limit({ limit })
    case 'too_large':
      return limit === null ? m.field_too_large() : m.field_too_large_limit({ limit })
    case 'not_a_number':
      return m.field_not_a_number()
    case 'too_many_decimals':
      return limit === null
        ? m.field_too_many_decimals()
        : m.field_too_many_decimals_limit({ count: limit })
    case 'several_currencies':
      return m.field_several_currencies()
    case 'unknown_currency':
      return m.field_unknown_currency()
    case 'not_an_email':
      return m.field_not_an_email()
    case 'forbidden_character':
      return m.field_forbidden_character()
    case 'not_an_address':
      return m.field_not_an_address()
    case 'not_a_reservation':
      return m.field_not_a_reservation()
    case 'unknown_reservation':
      return m.field_unknown_reservation()
    case 'not_a_pin':
      return m.field_not_a_pin()
    case 'too_easy':
      return m.field_too_easy()
    case 'not_the_same':
      return m.field_not_the_same()
    case 'taken':
      return m.field_taken()
    case 'not_a_country':
      return m.field_not_a_country()
    case 'not_a_time_zone':
      return m.field_not_a_time_zone()
    case 'same_as_before':
      return m.field_same_as_before()
    case 'not_a_date':
      return m.field_not_a_date()
    case 'in_the_future':
      return m.field_in_the_future()
    case 'unknown_status':
      return m.field_unknown_status()
    case 'twice':
      return limit === null ? m.field_twice() : m.field_twice_line({ line: limit })
    case 'code_taken':
      return m.field_code_taken()
    case 'here_otherwise':
      return m.field_here_otherwise()
    case 'inexact_number':
      return m.field_inexact_number()
    case 'error_cell':
      return m.field_error_cell()
    case 'cell_count':
      return limit === null ? m.field_cell_count_plain() : m.field_cell_count({ count: limit })
    default:
      return m.error_invalid_input_title()
  }
}

/** The words for one field of a form, from what Rust found wrong with it. */
export function fieldError(error: AppError | null, field: string): string | undefined {
  const found = error?.fields.find((one) => one.field === field)
  return found && fieldFault(found)
}

import { describe, expect, it } from 'vitest'
import type { AppError, ErrorCode } from '$/platform'
import { asksFor, forgetsPassword, nothingAsked, tells } from './sign-in'

const error = (code: ErrorCode): AppError => ({
  code,
  message: '',
  fields: [],
  params: {},
  refusal: null,
})

describe('what a sign-in asks for', () => {
  it('is what the server has said it needs, one after the other', () => {
    const first = asksFor(error('password_change_needed'), nothingAsked)
    expect(first).toEqual({ code: false, password: true })
    const both = asksFor(error('second_factor_needed'), first)
    expect(both).toEqual({ code: true, password: true })
    expect(asksFor(error('second_factor_wrong'), both)).toEqual(both)
  })

  it('keeps what was typed unless the password is wrong', () => {
    for (const code of [
      'second_factor_needed',
      'second_factor_wrong',
      'password_change_needed',
    ] as const)
      expect([code, forgetsPassword(error(code))]).toEqual([code, false])
    expect(forgetsPassword(error('wrong_password'))).toBe(true)
    expect(forgetsPassword(error('password_expired'))).toBe(true)
  })

  it('tells of a wrong code, and lets a new field speak for itself', () => {
    expect(tells(error('second_factor_wrong'))).toBe(true)
    expect(tells(error('second_factor_needed'))).toBe(false)
    expect(tells(error('wrong_password'))).toBe(true)
  })
})

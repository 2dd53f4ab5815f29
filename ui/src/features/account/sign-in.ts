import type { AppError, SignInForm } from '$/platform'

/** What a sign-in asks for beside name and password: only what the server has said it needs. */
export type Asks = { code: boolean; password: boolean }

export const nothingAsked: Asks = { code: false, password: false }
export const blankSignIn: SignInForm = {
  name: '',
  password: '',
  code: '',
  new_password: '',
  again: '',
}

/** What is asked for after that answer; what was asked for before stays. */
export function asksFor(error: AppError, before: Asks): Asks {
  switch (error.code) {
    case 'second_factor_needed':
    case 'second_factor_wrong':
      return { ...before, code: true }
    case 'password_change_needed':
      return { ...before, password: true }
    default:
      return before
  }
}

const keeps = [
  'second_factor_needed',
  'second_factor_wrong',
  'password_change_needed',
  'invalid_input',
  'sign_in_delayed',
  'server_trouble',
]

/** Whether the answer is about the password: then all of it is typed again. */
export const forgetsPassword = (error: AppError) => !keeps.includes(error.code)

/** Whether the answer has to be told. A field that appears, or that is marked, says enough by itself. */
export const tells = (error: AppError) =>
  !['second_factor_needed', 'password_change_needed', 'invalid_input'].includes(error.code)

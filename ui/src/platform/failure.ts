import type { AppError } from '../bindings/commands'

/** What a command threw: always an `AppError`, also when the call itself never reached Rust. */
export class Failure extends Error {
  constructor(readonly error: AppError) {
    super(error.message)
  }
}

/** Any thrown value as an `AppError`, so that a screen has one shape to show. */
export function asAppError(thrown: unknown): AppError {
  if (thrown instanceof Failure) return thrown.error
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return { code: 'internal', message, fields: [], params: {}, refusal: null }
}

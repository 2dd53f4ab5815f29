import { type AppError, commands, type Result } from '../bindings/commands'
import { Failure } from './failure'

type Answer<R> = R extends Result<infer T, AppError> ? T : R
type Unwrapped<F> = F extends (...args: infer A) => Promise<infer R>
  ? (...args: A) => Promise<R extends { status: 'error' } ? never : Answer<R>>
  : never
type Rust = { [Name in keyof typeof commands]: Unwrapped<(typeof commands)[Name]> }

function isResult(value: unknown): value is Result<unknown, AppError> {
  if (typeof value !== 'object' || value === null || !('status' in value)) return false
  return (
    (value.status === 'ok' && 'data' in value) || (value.status === 'error' && 'error' in value)
  )
}

function unwrap(command: (...args: never[]) => Promise<unknown>) {
  return async (...args: never[]) => {
    const answer = await command(...args)
    if (!isResult(answer)) return answer
    if (answer.status === 'error') throw new Failure(answer.error)
    return answer.data
  }
}

/** Every command of the program: resolves to its value, throws a `Failure`. */
export const rust = Object.fromEntries(
  Object.entries(commands).map(([name, command]) => [name, unwrap(command)]),
) as Rust

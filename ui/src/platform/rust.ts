import { type AppError, commands } from '../bindings/commands'
import { Failure } from './failure'

type Outcome = { status: 'ok'; data: unknown } | { status: 'error'; error: AppError }
type Value<R> = R extends { status: 'ok'; data: infer T }
  ? T
  : R extends { status: 'error' }
    ? never
    : R
type Unwrapped<F> = F extends (...args: infer A) => Promise<infer R>
  ? (...args: A) => Promise<Value<R>>
  : never
type Rust = { [Name in keyof typeof commands]: Unwrapped<(typeof commands)[Name]> }

function isOutcome(value: unknown): value is Outcome {
  if (typeof value !== 'object' || value === null || !('status' in value)) return false
  return (
    (value.status === 'ok' && 'data' in value) || (value.status === 'error' && 'error' in value)
  )
}

function unwrap(command: (...args: never[]) => Promise<unknown>) {
  return async (...args: never[]) => {
    const answer = await command(...args)
    if (!isOutcome(answer)) return answer
    if (answer.status === 'error') throw new Failure(answer.error)
    return answer.data
  }
}

/** Every command of the program: resolves to its value, throws a `Failure`. */
export const rust = Object.fromEntries(
  Object.entries(commands).map(([name, command]) => [name, unwrap(command)]),
) as Rust

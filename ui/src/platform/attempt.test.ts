import { describe, expect, it } from 'vitest'
import { type AppError, Attempt, asAppError, Failure } from '.'
import { error, later } from './testing/rust'

const refused = (code: AppError['code']) => Promise.reject(new Failure(error(code)))

describe('an attempt', () => {
  it('runs until it is answered, and says whether it went well', async () => {
    const attempt = new Attempt<'save' | 'print'>()
    const answer = later<void>()
    const ended = attempt.run(() => answer.promise, 'print')
    expect([attempt.running, attempt.doing]).toEqual([true, 'print'])
    answer.answer()
    expect(await ended).toBe(true)
    expect([attempt.running, attempt.doing, attempt.failure]).toEqual([false, null, null])
  })

  it('keeps why it failed until the next try', async () => {
    const attempt = new Attempt()
    expect(await attempt.run(() => refused('offline'))).toBe(false)
    expect([attempt.running, attempt.failure?.code]).toEqual([false, 'offline'])
    const answer = later<void>()
    const ended = attempt.run(() => answer.promise)
    expect(attempt.failure).toBeNull()
    answer.answer()
    await ended
    expect(attempt.failure).toBeNull()
  })

  it('says as a whole only what no field says', async () => {
    const attempt = new Attempt()
    await attempt.run(() => refused('invalid_input'))
    expect([attempt.failure?.code, attempt.problem]).toEqual(['invalid_input', null])
    await attempt.run(() => refused('offline'))
    expect(attempt.problem).toEqual(attempt.failure)
  })

  it('ends what is done about a failure before it may be tried again', async () => {
    const done = later<void>()
    const told: string[] = []
    const attempt = new Attempt((failure) => {
      told.push(failure.code)
      return done.promise
    })
    const ended = attempt.run(() => refused('changed_meanwhile'))
    await Promise.resolve()
    await Promise.resolve()
    expect([told, attempt.running]).toEqual([['changed_meanwhile'], true])
    done.answer()
    await ended
    expect([told, attempt.running]).toEqual([['changed_meanwhile'], false])
  })

  it('takes what was thrown on the way to Rust as a failure as well', async () => {
    const attempt = new Attempt()
    await attempt.run(() => {
      throw new Error('no bridge')
    })
    expect(attempt.failure).toEqual(asAppError(new Error('no bridge')))
    expect(attempt.running).toBe(false)
  })

  it('sends a form itself, and not the page with it', async () => {
    const attempt = new Attempt()
    let kept = false
    let sent = 0
    const event = { preventDefault: () => (kept = true) } as unknown as SubmitEvent
    await attempt.form(async () => sent++)(event)
    expect([kept, sent]).toEqual([true, 1])
  })
})

import { describe, expect, it, vi } from 'vitest'
import { Failure, Loaded } from '.'
import { error, later, tellData } from './testing/rust'

const nothing = { vouchers: false, templates: false, conflicts: false, directory: false }

describe('what is loaded', () => {
  it('stays in sight when it cannot be told anew', async () => {
    const answers = [
      Promise.resolve(1),
      Promise.reject(new Failure(error('offline'))),
      Promise.resolve(2),
    ]
    const loaded = new Loaded(() => answers.shift() ?? Promise.resolve(0))
    expect([loaded.value, loaded.failure]).toEqual([null, null])
    await loaded.load()
    expect([loaded.value, loaded.failure]).toEqual([1, null])
    await loaded.load()
    expect([loaded.value, loaded.failure?.code]).toEqual([1, 'offline'])
    await loaded.load()
    expect([loaded.value, loaded.failure]).toEqual([2, null])
  })

  it('is what was asked for last, however late the one before is answered', async () => {
    const [first, second] = [later<string>(), later<string>()]
    const asked = [first.promise, second.promise]
    const loaded = new Loaded(() => asked.shift() ?? Promise.resolve('too often'))
    const both = [loaded.load(), loaded.load()]
    second.answer('new')
    first.answer('old')
    await Promise.all(both)
    expect(loaded.value).toBe('new')
  })

  it('is not said to have failed by a question that nobody waits for any more', async () => {
    const [first, second] = [later<string>(), later<string>()]
    const asked = [first.promise, second.promise]
    const loaded = new Loaded(() => asked.shift() ?? Promise.resolve('too often'))
    const both = [loaded.load(), loaded.load()]
    second.answer('new')
    first.fail(error('offline'))
    await Promise.all(both)
    expect([loaded.value, loaded.failure]).toEqual(['new', null])
  })

  it('is shown also where it changes faster than it is answered', async () => {
    const [first, second] = [later<string>(), later<string>()]
    const asked = [first.promise, second.promise]
    const loaded = new Loaded(() => asked.shift() ?? Promise.resolve('too often'))
    const done = loaded.load()
    for (let change = 0; change < 3; change++) void loaded.again()
    first.answer('old')
    await vi.waitFor(() => expect(loaded.value).toBe('old'))
    second.answer('new')
    await done
    expect(loaded.value).toBe('new')
    expect(asked).toEqual([])
  })

  it('follows the changes that it is about, until it is stopped', async () => {
    let asked = 0
    const loaded = new Loaded(async () => ++asked)
    const stop = loaded.follow((what) => what.templates)
    await vi.waitFor(() => expect(loaded.value).toBe(1))
    await tellData({ ...nothing, vouchers: true })
    await tellData({ ...nothing, templates: true })
    await vi.waitFor(() => expect(loaded.value).toBe(2))
    stop()
    await tellData({ ...nothing, templates: true })
    expect(asked).toBe(2)
  })
})

import { beforeEach, describe, expect, it } from 'vitest'
import type { Report } from '$/platform'
import { error, later, play } from '$/platform/testing/rust'
import { books } from './books.svelte'

const report = (title: string) => ({ title }) as Report

beforeEach(() => {
  books.forget()
  Object.assign(books, { kind: 'vat', from: '2026-11-01', to: '2026-11-26' })
})

describe('a report', () => {
  it('is no longer waited for once a date is cleared', async () => {
    const slow = later<Report>()
    play({ report: () => slow.promise })
    const asked = books.load()
    expect(books.busy).toBe(true)
    books.to = null
    await books.load()
    expect([books.busy, books.report]).toEqual([false, null])
    slow.answer(report('late'))
    await asked
    expect([books.busy, books.report]).toEqual([false, null])
  })

  it('is the one that was asked for last, also where the question is the same', async () => {
    const [first, second] = [later<Report>(), later<Report>()]
    play({ report: () => first.promise })
    const one = books.load()
    play({ report: () => second.promise })
    const two = books.load()
    second.answer(report('second'))
    await two
    first.fail(error('offline'))
    await one
    expect([books.report, books.failure, books.busy]).toEqual([report('second'), null, false])
  })

  it('goes out of sight with its dates', async () => {
    play({ report: () => report('vat') })
    await books.load()
    expect(books.report).toEqual(report('vat'))
    books.from = null
    await books.load()
    expect(books.report).toBeNull()
  })
})

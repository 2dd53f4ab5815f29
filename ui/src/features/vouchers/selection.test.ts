import { describe, expect, it } from 'vitest'
import { noFilters } from './filters'
import * as bounded from './selection'
import {
  all,
  asked,
  countOf,
  holds,
  isEmpty,
  kept,
  MOST,
  nothing,
  type Selection,
} from './selection'

function within(selection: Selection | null): Selection {
  if (!selection) throw new Error('more than are chosen one by one')
  return selection
}
const put = (...asked: Parameters<typeof bounded.put>) => within(bounded.put(...asked))
const toggle = (...asked: Parameters<typeof bounded.toggle>) => within(bounded.toggle(...asked))

const question = { search: 'anna', filters: noFilters }

describe('a selection', () => {
  it('holds what was chosen one by one', () => {
    const two = toggle(toggle(nothing, 'a'), 'b')
    expect([holds(two, 'a'), holds(two, 'c'), countOf(two, 12)]).toEqual([true, false, 2])
    expect(isEmpty(toggle(toggle(two, 'a'), 'b'))).toBe(true)
    expect(asked(two)).toEqual({ kind: 'these', ids: ['a', 'b'] })
  })

  it('of all that match names nothing but what is left out', () => {
    const most = toggle(toggle(all(question), 'a'), 'b')
    expect([holds(most, 'a'), holds(most, 'c'), countOf(most, 12_403)]).toEqual([
      false,
      true,
      12_401,
    ])
    expect(asked(toggle(most, 'b'))).toEqual({ kind: 'matching', ...question, except: ['a'] })
    expect(countOf(most, null)).toBeNull()
    expect(isEmpty(most)).toBe(false)
  })

  it('grows by ranges both ways', () => {
    expect(asked(put(put(nothing, ['a', 'b', 'c'], true), ['b'], false))).toEqual({
      kind: 'these',
      ids: ['a', 'c'],
    })
    expect(asked(put(put(all(question), ['a', 'b'], false), ['b', 'c'], true))).toEqual({
      kind: 'matching',
      ...question,
      except: ['a'],
    })
  })

  it('of all that match ends with its question, and what was chosen one by one does not', () => {
    const other = { ...question, search: 'berta' }
    expect(kept(all(question), { ...question })).toEqual(all(question))
    expect(kept(all(question), other)).toBe(nothing)
    const one = toggle(nothing, 'a')
    expect(kept(one, other)).toBe(one)
  })

  it('does not grow beyond what a page may hold', () => {
    const many = put(
      nothing,
      Array.from({ length: MOST }, (_, index) => `${index}`),
      true,
    )
    expect(bounded.put(many, ['one more'], true)).toBeNull()
    expect(bounded.toggle(many, 'one more')).toBeNull()
  })
})

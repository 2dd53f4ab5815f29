import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { BulkPhase, BulkView } from '$/platform'
import { error, play } from '$/platform/testing/rust'
import { Bulk } from './bulk.svelte'

const view = (phase: BulkPhase, done: number): BulkView => ({
  action: 'cancel',
  needs_reason: true,
  final: true,
  phase,
  chosen: 9,
  done,
  of: 9,
  allowed: 9,
  values: [],
  reasons: [],
  recorded: done,
  refused: 0,
  left: 9 - done,
  error: null,
})

const wait = () => vi.advanceTimersByTimeAsync(500)

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

describe('an action for many', () => {
  it('is looked at again after a look that failed', async () => {
    play({ bulk_state: () => view('running', 1) })
    const bulk = await Bulk.goingOn()
    play({
      bulk_state: () => {
        throw error('locked')
      },
    })
    await wait()
    expect([bulk?.failure?.code, bulk?.view?.done]).toEqual(['locked', 1])
    play({ bulk_state: () => view('ended', 9), bulk_rows: () => [] })
    await wait()
    expect([bulk?.failure, bulk?.view?.phase]).toEqual([null, 'ended'])
  })

  it('goes on when its dialog is left, and is found again with its results', async () => {
    const asked: string[] = []
    const rust = (state: BulkView | null) =>
      play({
        begin_bulk: () => view('running', 0),
        bulk_state: () => {
          asked.push('look')
          return state
        },
        bulk_rows: () => [{ voucher_id: 'a', code: 'A', result: 'recorded', reason: null }],
        close_bulk: () => asked.push('close'),
      })
    rust(view('running', 2))
    const bulk = Bulk.begin('cancel', { kind: 'these', ids: ['a'] })
    await wait()
    bulk.leave()
    asked.length = 0
    await wait()
    expect(asked).toEqual([])
    rust(view('ended', 9))
    const again = await Bulk.goingOn()
    await wait()
    expect([again?.action, again?.view?.recorded, again?.rows.length]).toEqual(['cancel', 9, 1])
    await again?.close()
    expect(asked.at(-1)).toBe('close')
    rust(null)
    expect(await Bulk.goingOn()).toBeNull()
  })
})

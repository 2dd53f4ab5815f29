import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { GridMemory, SavedView } from '$/platform'
import { error, play } from '$/platform/testing/rust'
import { memory } from './memory.svelte'
import { everything } from './pages'

const view = (name: string): SavedView => ({ ...everything, name, columns: [] })
const settle = () => vi.advanceTimersByTimeAsync(1_000)

let written: GridMemory[] = []

/** What Rust keeps; where it keeps nothing, it cannot be read. */
function keeping(kept: GridMemory | null) {
  written = []
  play({
    grid_memory: () => {
      if (!kept) throw error('offline')
      return kept
    },
    remember_grid: ({ memory: next }: { memory: GridMemory }) => {
      written.push(next)
      return next
    },
  })
}

beforeEach(() => {
  vi.useFakeTimers()
  memory.forget()
})
afterEach(() => {
  vi.useRealTimers()
})

describe('how somebody likes the grid', () => {
  it('is not written over by what was never read', async () => {
    keeping(null)
    await memory.load()
    memory.show([{ column: 'code', width: 90 }])
    await settle()
    expect(written).toEqual([])
    await expect(memory.save(view('New'))).rejects.toThrow()
    expect(written).toEqual([])
    keeping({ columns: [], views: [view('Old')] })
    await memory.save(view('New'))
    expect(written.map(({ views }) => views.map(({ name }) => name))).toEqual([['Old', 'New']])
  })

  it('is kept a moment after it was changed', async () => {
    keeping({ columns: [], views: [view('Old')] })
    await memory.load()
    memory.show([{ column: 'code', width: 90 }])
    await settle()
    expect(written).toEqual([{ columns: [{ column: 'code', width: 90 }], views: [view('Old')] }])
  })
})

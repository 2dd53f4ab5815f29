import { toast } from 'svelte-sonner'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { opened } from '$/components/dialogs'
import type { CopiedTable, Report, SavedTable, VoucherRow } from '$/platform'
import { ada, later, play, tellSession } from '$/platform/testing/rust'
import { books } from '../reports/books.svelte'
import { shift } from '../shift/session.svelte'
import { list } from '../vouchers/list.svelte'
import { memory } from '../vouchers/memory.svelte'
import { everything } from '../vouchers/pages'
import { isEmpty } from '../vouchers/selection'
import { tables } from '../vouchers/tables.svelte'
import { office } from './office.svelte'
import { recent } from './recent.svelte'
import { unsaved } from './unsaved.svelte'

const bruno = { ...ada, staff_id: 'bruno', name: 'Bruno', role: 'back_office' as const }
const adas = { ...everything, name: 'Hers', columns: [] }
const report = { title: 'Liability' } as Report
const rows = [{ id: 'a' }] as VoucherRow[]
const all = { kind: 'matching' as const, search: '', filters: everything.filters, except: [] }

let written: unknown[] = []

function playAll() {
  written = []
  play({
    grid_memory: () => ({ columns: [], views: [adas] }),
    remember_grid: (kept) => written.push(kept),
    voucher_page: () => ({ rows, next: null, total: 1, found_by: 'question' }),
    report_choices: () => ({ today: '2026-11-26', shops: [], templates: [], currencies: [] }),
    report: () => report,
    recent_actions: () => [],
  })
}

beforeEach(async () => {
  vi.useFakeTimers()
  playAll()
  await tellSession(ada)
  await memory.load()
  await list.reload()
  list.chooseAll()
  list.opened = 'a'
  await books.open()
  await books.load()
})
afterEach(() => {
  vi.useRealTimers()
})

describe('another person at the same screens', () => {
  it('finds nothing of the one before, and nothing is kept in their name', async () => {
    expect([memory.views, books.report, isEmpty(list.selection)]).toEqual([[adas], report, false])
    const turn = shift.turn
    memory.show([{ column: 'code', width: 90 }])
    await tellSession(bruno)
    await vi.advanceTimersByTimeAsync(1_000)
    expect(shift.turn).toBe(turn + 1)
    expect([memory.views, memory.columns, books.report, books.busy]).toEqual([[], [], null, false])
    expect([isEmpty(list.selection), list.opened, list.row(0), list.generation]).toEqual([
      true,
      null,
      undefined,
      0,
    ])
    expect(written).toEqual([])
  })

  it('sees no answer that the one before still waited for', async () => {
    const [slowPage, slowReport] = [later<unknown>(), later<Report>()]
    const [slowTable, slowCopy] = [later<SavedTable>(), later<CopiedTable>()]
    play({
      voucher_page: () => slowPage.promise,
      report: () => slowReport.promise,
      save_table: () => slowTable.promise,
      copy_table: () => slowCopy.promise,
      table_progress: () => ({ rows: 1, of: 2 }),
    })
    const asked = [list.reload(), books.load(), tables.save(all, 'csv'), tables.copy(all)]
    await vi.advanceTimersByTimeAsync(1_000)
    expect([tables.saving, tables.progress?.rows]).toEqual([true, 1])
    await tellSession(bruno)
    slowPage.answer({ rows, next: null, total: 1, found_by: 'question' })
    slowReport.answer(report)
    slowTable.answer({ name: 'a.csv', rows: 1 })
    slowCopy.answer({ text: '', html: '', rows: 1, cut: false })
    await Promise.all(asked)
    expect([list.row(0), books.report, tables.saved, tables.saving, tables.progress]).toEqual([
      undefined,
      null,
      null,
      false,
      null,
    ])
  })

  it('keeps everything where the same person opens the lock', async () => {
    await tellSession({ ...ada, locked: true })
    await tellSession(ada)
    expect([memory.views, books.report, isEmpty(list.selection)]).toEqual([[adas], report, false])
  })

  it('is left no screen that is not theirs, nor asked whether to leave it', () => {
    office.screen = 'reports'
    unsaved.guard = () => {}
    office.keepWithin(['vouchers', 'reports'])
    expect(office.screen).toBe('reports')
    office.keepWithin(['vouchers', 'sync'])
    expect([office.screen, unsaved.guard]).toEqual(['vouchers', null])
  })

  it('reads nothing that was told to the one before', async () => {
    const dismissed = vi.spyOn(toast, 'dismiss')
    await tellSession({ ...ada, locked: true })
    expect(dismissed).toHaveBeenCalledOnce()
    dismissed.mockRestore()
  })

  it('finds first in the palette what they used themselves', async () => {
    const slow = later<string[]>()
    play({ recent_actions: () => slow.promise })
    recent.ids = ['go_reports']
    const late = recent.load()
    play({ recent_actions: () => ['go_sync'] })
    await tellSession(bruno)
    await vi.waitFor(() => expect(recent.ids).toEqual(['go_sync']))
    slow.answer(['go_reports'])
    await late
    expect(recent.ids).toEqual(['go_sync'])
  })

  it('has no dialog over the lock, whatever it is doing', async () => {
    const closed = vi.fn()
    const forget = opened({ close: closed })
    await tellSession({ ...ada, locked: true })
    forget()
    expect(closed).toHaveBeenCalledOnce()
  })

  it('finds again behind the lock what can be shown only now, and nobody else does', async () => {
    const told: string[] = []
    const forget = opened({
      close: () => told.push('close'),
      stepAside: () => told.push('aside'),
      comeBack: () => told.push('back'),
      isOnce: () => true,
    })
    await tellSession({ ...ada, locked: true })
    await tellSession(ada)
    expect(told).toEqual(['aside', 'back'])
    await tellSession({ ...ada, locked: true })
    await tellSession(bruno)
    expect(told).toEqual(['aside', 'back', 'aside', 'close'])
    forget()
  })
})

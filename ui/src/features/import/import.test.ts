import { beforeEach, describe, expect, it } from 'vitest'
import type { ImportCheck, ImportDone, SheetView } from '$/platform'
import { ada, later, play, tellSession } from '$/platform/testing/rust'
import { importing } from './import.svelte'

const bruno = { ...ada, staff_id: 'bruno', name: 'Bruno', role: 'back_office' as const }
const sheet = {
  name: 'old.csv',
  fields: [],
  mapping: [],
  minor_units: false,
} as unknown as SheetView
const check = { good: 5 } as ImportCheck
const done: ImportDone = { imported: 5, already: 0, refused: 0, refusals: [], left: 0, error: null }

let closed = 0
let running = later<ImportDone>()

beforeEach(async () => {
  closed = 0
  running = later<ImportDone>()
  play({
    templates: () => [],
    currencies: () => [],
    open_sheet: () => sheet,
    check_import: () => check,
    run_import: () => running.promise,
    work_progress: () => null,
    last_import: () => null,
    close_sheet: () => {
      closed += 1
    },
  })
  await tellSession(ada)
  importing.forget()
})

/** Its end, to be waited for. */
async function begun() {
  await importing.sheet.open()
  importing.opened()
  await importing.look()
  return { ended: importing.run() }
}

describe('an import that was confirmed', () => {
  it('goes on while other screens are open, and is told whoever comes back', async () => {
    const { ended } = await begun()
    await importing.leave()
    expect([importing.work.running, closed]).toEqual([true, 0])
    running.answer(done)
    await ended
    await importing.come()
    expect(importing.done).toEqual(done)
    await importing.leave()
    expect([importing.done, importing.sheet.view, closed]).toEqual([null, null, 1])
  })

  it('is found by a window that was closed meanwhile', async () => {
    play({
      templates: () => [],
      currencies: () => [],
      work_progress: () => null,
      last_import: () => done,
    })
    await importing.come()
    expect(importing.done).toEqual(done)
  })

  it('is not told to another person', async () => {
    const { ended } = await begun()
    await tellSession(bruno)
    running.answer({ ...done, left: 3 })
    await ended
    expect([importing.done, importing.check, importing.sheet.view, importing.work.failure]).toEqual(
      [null, null, null, null],
    )
  })
})

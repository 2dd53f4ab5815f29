import { beforeEach, describe, expect, it } from 'vitest'
import type { LeastValidity } from '$/platform'
import { error, later, play } from '$/platform/testing/rust'
import { ValidityDraft } from './validity.svelte'

const france = { country: 'FR', months: 12 }
const ireland = { country: 'IE', months: 60 }
const italy = { country: 'IT', months: 24 }

/** What the server has: saved at another version than it has, nothing is. */
let held: LeastValidity
const plain = (draft: ValidityDraft) =>
  draft.rows?.map(({ country, months }) => ({ country, months }))

beforeEach(() => {
  held = { row_version: 4, rows: [france, ireland] }
  play({
    least_validity: () => held,
    set_least_validity: ({ form }: { form: LeastValidity }) => {
      if (form.row_version !== held.row_version) throw error('changed_meanwhile')
      held = { row_version: held.row_version + 1, rows: form.rows }
      return held
    },
  })
})

async function opened() {
  const draft = new ValidityDraft()
  await draft.load()
  return draft
}

describe('the least validity by country', () => {
  it('is saved though another rule was saved meanwhile', async () => {
    const draft = await opened()
    draft.rows?.splice(0, 1)
    held = { ...held, row_version: 5 }
    await draft.load()
    expect([plain(draft), draft.dirty]).toEqual([[ireland], true])
    expect(await draft.save()).toBe(true)
    expect([held.rows, draft.dirty, draft.asking.failure]).toEqual([[ireland], false, null])
    draft.add()
    expect([draft.dirty, await draft.save()]).toEqual([true, true])
  })

  it('follows what somebody else saves, unless something is being typed', async () => {
    const draft = await opened()
    held = { row_version: 5, rows: [italy] }
    await draft.load()
    expect(plain(draft)).toEqual([italy])
    draft.add()
    held = { row_version: 6, rows: [france] }
    await draft.load()
    expect(plain(draft)).toEqual([italy, { country: '', months: 36 }])
    expect([await draft.save(), draft.overtaken]).toEqual([false, true])
    // Still said, however often rows arrive.
    await draft.load()
    expect([draft.overtaken, plain(draft)?.length]).toEqual([true, 2])
    await draft.discard()
    expect([plain(draft), draft.asking.failure, draft.dirty]).toEqual([[france], null, false])
  })

  it('does not go back to rows from before it was saved', async () => {
    const draft = await opened()
    const late = later<LeastValidity>()
    const before = held
    play({
      least_validity: () => late.promise,
      set_least_validity: () => ({ row_version: 5, rows: [italy] }),
    })
    const loading = draft.load()
    draft.rows = [{ ...italy, key: 99 }]
    await draft.save()
    late.answer(before)
    await loading
    expect([plain(draft), draft.dirty]).toEqual([[italy], false])
  })

  it('takes the row away that was pointed at', async () => {
    const draft = await opened()
    const [first] = draft.rows ?? []
    if (first) draft.remove(first)
    expect(plain(draft)).toEqual([ireland])
    const keys = draft.rows?.map(({ key }) => key)
    draft.add()
    expect(draft.rows?.slice(0, 1).map(({ key }) => key)).toEqual(keys)
  })

  it('tells why it cannot be read, and not while it is shown', async () => {
    play({})
    const draft = await opened()
    expect(draft.asking.failure?.code).toBe('internal')
    play({ least_validity: () => held })
    await draft.load()
    expect([draft.asking.failure, plain(draft)]).toEqual([null, [france, ireland]])
    play({})
    await draft.load()
    expect([draft.asking.failure, plain(draft)]).toEqual([null, [france, ireland]])
  })
})

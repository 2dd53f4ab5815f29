import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { VoucherPage, VoucherQuery, VoucherRow } from '$/platform'
import { error, later, play, tellData } from '$/platform/testing/rust'
import { list, MOST_AT_ONCE } from './list.svelte'
import { FIRST, PAGE, startOf } from './pages'
import { countOf, MOST } from './selection'

/** What Rust has: so many rows, of which each answer tells the age. A key is of one question and one place. */
const stock = { rows: 3_000, age: 0, asked: [] as VoucherQuery[], broken: [] as string[] }

const keyOf = (search: string, place: number) => `${search}@${place}`

function page(query: VoucherQuery): VoucherPage {
  stock.asked.push(query)
  const [search, place] = query.after?.split('@') ?? [query.search, '0']
  if (search !== query.search) stock.broken.push(`${query.search} by a key of ${search}`)
  const first = Number(place)
  const end = Math.min(first + query.limit, stock.rows)
  const rows = Array.from(
    { length: Math.max(0, end - first) },
    (_, index) => ({ id: `${first + index}`, buyer: `${query.search} ${stock.age}` }) as VoucherRow,
  )
  const next = end < stock.rows ? keyOf(query.search, end) : null
  return { rows, next, total: first === 0 ? stock.rows : null, found_by: 'question' }
}

const pageNow = ({ query }: { query: VoucherQuery }) => page(query)
const cursor = ({ query, row }: { query: VoucherQuery; row: number }) => keyOf(query.search, row)
const settle = () => vi.advanceTimersByTimeAsync(1_000)

beforeEach(() => {
  vi.useFakeTimers()
  Object.assign(stock, { rows: 3_000, age: 0, asked: [], broken: [] })
  list.forget()
  play({ voucher_page: pageNow, voucher_cursor: cursor })
})
afterEach(() => {
  vi.useRealTimers()
})

describe('the list', () => {
  it('asks for a page by keys of its own question, whatever is being asked meanwhile', async () => {
    await list.reload()
    const slow = later<VoucherPage>()
    play({
      voucher_page: ({ query }: { query: VoucherQuery }) =>
        query.search === 'anna' && query.after === null ? slow.promise : page(query),
      voucher_cursor: cursor,
    })
    list.scanned('anna')
    list.see(FIRST, FIRST + 20)
    await settle()
    expect(list.row(FIRST)?.buyer).toBe(' 0')
    slow.answer(
      page({ ...(stock.asked.at(-1) as VoucherQuery), search: 'anna', after: null, limit: FIRST }),
    )
    await settle()
    list.see(FIRST, FIRST + 20)
    await settle()
    expect(list.row(FIRST)?.buyer).toBe('anna 0')
    expect(stock.broken).toEqual([])
  })

  it('reads what somebody scrolls into before it is in sight, and nothing of that while they only look', async () => {
    stock.rows = 5_000
    await list.reload()
    list.see(0, 40)
    await settle()
    expect(list.row(FIRST)).toBeUndefined()
    list.see(startOf(2) - 60, startOf(2) - 20)
    await settle()
    expect(list.row(startOf(2) - 60)).toBeDefined()
    expect(list.row(startOf(2))).toBeDefined()
    expect(list.row(startOf(3))).toBeUndefined()
  })

  it('tells no failure of what is not in sight yet', async () => {
    stock.rows = 5_000
    await list.reload()
    const second = startOf(2)
    let fails = false
    play({
      voucher_page: ({ query }: { query: VoucherQuery }) => {
        if (fails) throw error('internal')
        fails = true
        return page(query)
      },
      voucher_cursor: cursor,
    })
    list.see(FIRST + 10, FIRST + 40)
    await settle()
    expect([list.row(FIRST + 10) !== undefined, list.failure]).toEqual([true, null])
    list.see(second - 60, second - 20)
    await settle()
    expect(list.failure).toBeNull()
    list.see(second, second + 40)
    await settle()
    expect(list.failure?.code).toBe('internal')
  })

  it('tells no failure of what is asked no more', async () => {
    await list.reload()
    const slow = later<VoucherPage>()
    play({
      voucher_page: ({ query }: { query: VoucherQuery }) =>
        query.after ? slow.promise : page(query),
      voucher_cursor: cursor,
    })
    list.see(FIRST, FIRST + 20)
    await settle()
    list.scanned('anna')
    await settle()
    slow.fail(error('internal'))
    await settle()
    expect(list.failure).toBeNull()
  })

  it('shows nothing from before a change, however far it was out of sight', async () => {
    await list.reload()
    for (const row of [0, FIRST, FIRST + PAGE]) {
      list.see(row, row + 20)
      await settle()
    }
    const [far, near] = [startOf(2), startOf(0)]
    expect(list.row(near)?.buyer).toBe(' 0')
    Object.assign(stock, { age: 1, rows: 3_001 })
    await tellData({ vouchers: true, templates: false, conflicts: false, directory: false })
    await settle()
    expect(list.row(far)?.buyer).toBe(' 1')
    expect(list.row(near)).toBeUndefined()
    expect(list.total).toBe(3_001)
    list.see(near, near + 20)
    await settle()
    expect(list.row(near)?.buyer).toBe(' 1')
  })

  it('ends where it ends now', async () => {
    stock.rows = FIRST + 50
    await list.reload()
    list.see(FIRST, FIRST + 50)
    await settle()
    list.see(0, 20)
    expect(list.count).toBe(FIRST + 50)
    for (const rows of [FIRST + 51, FIRST + 20]) {
      stock.rows = rows
      await tellData({ vouchers: true, templates: false, conflicts: false, directory: false })
      await settle()
      expect([list.count, list.exact]).toEqual([rows, true])
    }
  })
})

describe('choosing', () => {
  const chosen = () => countOf(list.selection, list.total)

  it('says where it went too far at once, and keeps what was chosen', async () => {
    stock.rows = 20_000
    await list.reload()
    list.choose(0)
    await list.chooseTo(30)
    expect([chosen(), list.limit]).toEqual([31, null])
    await list.chooseTo(MOST_AT_ONCE + 1)
    expect([chosen(), list.limit]).toEqual([31, 'at_once'])
    await list.chooseTo(31)
    expect([chosen(), list.limit]).toEqual([32, null])
  })

  it('says where there are too many one by one', async () => {
    stock.rows = 20_000
    await list.reload()
    for (let from = 0; from < MOST; from += MOST_AT_ONCE) {
      list.see(from, from + 20)
      await settle()
      list.choose(from)
      await list.chooseTo(from + MOST_AT_ONCE - 1)
    }
    expect([chosen(), list.limit]).toEqual([MOST, null])
    list.see(MOST, MOST + 20)
    await settle()
    list.choose(MOST)
    expect([chosen(), list.limit]).toEqual([MOST, 'one_by_one'])
    list.anchor(MOST)
    await list.chooseTo(MOST + 5)
    expect([chosen(), list.limit]).toEqual([MOST, 'one_by_one'])
    list.chooseAll()
    expect(list.limit).toBeNull()
  })

  it('says where the rows between cannot be read', async () => {
    stock.rows = 20_000
    await list.reload()
    list.choose(0)
    play({
      voucher_page: () => {
        throw error('locked')
      },
    })
    await list.chooseTo(FIRST + 5)
    expect([chosen(), list.failure?.code]).toEqual([1, 'locked'])
  })
})

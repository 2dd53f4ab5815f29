import { toast } from 'svelte-sonner'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { SaleReceipt, TemplateCard } from '$/platform'
import { ada, error, later, play, tellSession } from '$/platform/testing/rust'
import { counter } from '../shell/counter.svelte'
import { sale } from './sale.svelte'

const bruno = { ...ada, staff_id: 'bruno', name: 'Bruno' }
const template = {
  id: 'massage',
  title: 'Massage',
  price: { minor: 4900, currency: 'EUR', exponent: 2 },
} as unknown as TemplateCard
const receipt = { sale: 'first', buyer: 'Clara', vouchers: [] } as unknown as SaleReceipt

function fill() {
  sale.cart.add(template)
  sale.form.buyer = 'Clara'
  sale.form.where = 'this'
}

const filled = () => [sale.cart.count, sale.form.buyer, sale.form.where]

beforeEach(async () => {
  vi.restoreAllMocks()
  play({})
  await tellSession(ada)
  sale.forget()
  counter.go('sell')
})

describe('a sale', () => {
  it('is still there after a look at another screen', () => {
    fill()
    counter.go('redeem')
    counter.go('sell')
    expect(filled()).toEqual([1, 'Clara', 'this'])
  })

  it('is sold once, and its receipt stays until another is begun', async () => {
    const asked: unknown[] = []
    play({ sell: ({ form }: { form: unknown }) => asked.push(form) && receipt })
    fill()
    await Promise.all([sale.submit(), sale.submit()])
    expect(asked).toEqual([
      {
        lines: [{ template_id: 'massage', quantity: 1, recipient: '', message: '' }],
        buyer: 'Clara',
        email: '',
        mail: null,
        payment: 'cash',
        this_shop_only: true,
      },
    ])
    counter.go('redeem')
    counter.go('sell')
    expect([sale.receipt, ...filled()]).toEqual([receipt, 0, '', 'every'])
    sale.another()
    expect(sale.receipt).toBeNull()
  })

  it('keeps all that was filled in where it was refused', async () => {
    play({
      sell: () => {
        throw error('invalid_input')
      },
    })
    fill()
    await sale.submit()
    expect([sale.selling.failure?.code, sale.selling.running, ...filled()]).toEqual([
      'invalid_input',
      false,
      1,
      'Clara',
      'this',
    ])
  })

  it('that nobody saw is shown before anything is sold', async () => {
    play({ unshown_sale: () => receipt })
    await sale.recover()
    expect([sale.receipt, sale.recovered]).toEqual([receipt, true])
    sale.another()
    expect([sale.receipt, sale.recovered]).toEqual([null, false])
  })

  it('that was seen is not shown again, though nobody could note that', async () => {
    const seen = { ...receipt, sale: 'seen' }
    const noted: unknown[] = []
    play({ unshown_sale: () => seen })
    sale.saw(seen)
    play({ unshown_sale: () => seen, sale_shown: (asked: unknown) => noted.push(asked) && null })
    await sale.recover()
    await vi.waitFor(() => expect(noted).toEqual([{ sale: 'seen' }]))
    expect(sale.receipt).toBeNull()
  })

  it('that is made and cannot be shown leaves nothing to sell again, and is told', async () => {
    const told = vi.spyOn(toast, 'error')
    const made = { ...receipt, sale: 'made' }
    play({
      sell: () => {
        throw error('sale_not_shown')
      },
      unshown_sale: () => made,
    })
    fill()
    await sale.submit()
    expect([sale.selling.failure, ...filled()]).toEqual([null, 0, '', 'every'])
    expect(told).toHaveBeenCalledOnce()
    await vi.waitFor(() => expect([sale.receipt, sale.recovered]).toEqual([made, true]))
  })

  it('that was refused shows no other one in its place', async () => {
    play({
      sell: () => {
        throw error('clock_wrong')
      },
      unshown_sale: () => receipt,
    })
    fill()
    await sale.submit()
    expect([sale.receipt, sale.selling.failure?.code, sale.cart.count]).toEqual([
      null,
      'clock_wrong',
      1,
    ])
  })

  it('that is under way is not taken for one that nobody saw', async () => {
    const slow = later<SaleReceipt>()
    play({ sell: () => slow.promise, unshown_sale: () => receipt })
    fill()
    const asked = sale.submit()
    await sale.recover()
    expect(sale.receipt).toBeNull()
    slow.answer(receipt)
    await asked
    expect([sale.receipt, sale.recovered]).toEqual([receipt, false])
  })

  it('leaves nothing of a buyer who wants nothing any more', () => {
    fill()
    const line = sale.cart.lines[0]
    if (line) sale.remove(line)
    expect(filled()).toEqual([0, '', 'every'])
  })

  it('is forgotten as another person comes, with its receipt', async () => {
    sale.receipt = receipt
    fill()
    await tellSession(bruno)
    expect([sale.receipt, ...filled()]).toEqual([null, 0, '', 'every'])
  })

  it('that was under way as another person came has its receipt all the same, and leaves what they began', async () => {
    const slow = later<SaleReceipt>()
    play({ sell: () => slow.promise })
    fill()
    const asked = sale.submit()
    await tellSession(bruno)
    sale.cart.add(template)
    slow.answer(receipt)
    await asked
    expect([sale.receipt, sale.cart.count]).toEqual([receipt, 1])
  })

  it('that fails as another person came is told all the same: the buyer has paid, and nothing was sold', async () => {
    const told = vi.spyOn(toast, 'error')
    const slow = later<SaleReceipt>()
    play({ sell: () => slow.promise })
    fill()
    const asked = sale.submit()
    await tellSession(bruno)
    slow.fail(error('disk_full'))
    await asked
    expect(told).toHaveBeenCalledOnce()
    expect([sale.selling.failure, sale.cart.count]).toEqual([null, 0])
  })
})

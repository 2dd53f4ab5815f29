import { Attempt, type Payment, rust, type SaleChoices, type SaleReceipt } from '$/platform'
import { tell } from '../shell/tell'
import { shift, whenAnotherComes } from '../shift/session.svelte'
import { Cart, type Line } from './cart.svelte'

type Form = {
  buyer: string
  email: string
  payment: Payment
  where: 'every' | 'this'
  /** Whether the seller wants it mailed, once they chose. */
  mail: boolean | null
}

const blank = (): Form => ({ buyer: '', email: '', payment: 'cash', where: 'every', mail: null })

/** The sale at this till, whichever screen is open: what is filled in, and what was sold until the next one is begun. */
class Sale {
  readonly cart = new Cart()
  form = $state(blank())
  /** Whether mails go unless the seller chooses otherwise; null where none can. */
  mails = $state<boolean | null>(null)
  readonly sends = $derived(this.mails === null ? null : (this.form.mail ?? this.mails))
  search = $state('')
  readonly selling = new Attempt()
  /** The sales whose receipts were seen since the program was started. */
  readonly #seen = new Set<string>()
  /** The till has no list of sales: until somebody begins another, this is where the codes are. */
  receipt = $state.raw<SaleReceipt | null>(null)
  /** It was recorded before, and nobody saw its receipt. */
  recovered = $state(false)

  /** What can be sold now, and whether it is mailed. */
  offer({ templates, mail }: SaleChoices) {
    this.mails = mail
    this.cart.refresh(templates)
  }

  async submit() {
    if (this.selling.running) return
    const turn = shift.turn
    const { where, ...form } = this.form
    const sold = await this.selling.run(async () => {
      // Whoever is there when it answers sees it: the buyer has paid, and waits.
      this.show(
        await rust.sell({
          lines: this.cart.form(),
          ...form,
          mail: this.sends,
          this_shop_only: where === 'this',
        }),
      )
    })
    const { failure } = this.selling
    const made = sold || failure?.code === 'sale_not_shown'
    // Said where it is not said at the form: that has gone with the sale, or is another person's, before whom the buyer stands now.
    if (failure && (made || turn !== shift.turn)) {
      this.selling.failure = null
      tell(failure)
    }
    if (made && turn === shift.turn) this.#clear()
    if (made && !sold) void this.recover()
  }

  /** What was sold, until another sale is begun. */
  show(receipt: SaleReceipt, recovered = false) {
    this.receipt = receipt
    this.recovered = recovered
  }

  /** Somebody looks at that receipt. */
  saw(receipt: SaleReceipt) {
    this.#seen.add(receipt.sale)
    // Where that fails it is asked for once more, and known to have been seen.
    rust.saleShown(receipt.sale).catch(() => {})
  }

  /** Shows a sale that is made and that nobody saw, so that nobody makes it again. */
  async recover() {
    if (this.receipt || this.selling.running) return
    const unshown = await rust.unshownSale().catch(() => null)
    // Somebody may have sold meanwhile.
    if (!unshown || this.receipt || this.selling.running) return
    if (this.#seen.has(unshown.sale)) this.saw(unshown)
    else this.show(unshown, true)
  }

  /** Without its last line there is no sale, and nothing of it is left for the next buyer. */
  remove(line: Line) {
    this.cart.remove(line)
    if (this.cart.lines.length === 0) this.#clear()
  }

  /** What was sold has been handed over. */
  another() {
    this.receipt = null
    this.recovered = false
    this.search = ''
  }

  /** Another person works here now. */
  forget() {
    this.another()
    this.#clear()
  }

  #clear() {
    this.cart.clear()
    this.form = blank()
    this.selling.failure = null
  }
}

export const sale = new Sale()
whenAnotherComes(() => sale.forget())

import {
  type AppError,
  asAppError,
  type BatchRow,
  type IssueCheck,
  type IssueChoices,
  type IssueForm,
  type Payment,
  rust,
} from '$/platform'
import { Sheet } from '../sheets/sheet.svelte'
import { Work } from '../sheets/work.svelte'
import { shift, whenAnotherComes } from '../shift/session.svelte'

/** A new batch, from its form to its vouchers. Rust says what is wrong with it and what it would be. */
export class Issue {
  choices = $state.raw<IssueChoices | null>(null)
  template = $state('')
  name = $state('')
  whom = $state<'one' | 'table'>('one')
  number = $state<number | null>(10)
  buyer = $state('')
  email = $state('')
  payment = $state<Payment>('other')
  /** Whether the checked batch is mailed. */
  mail = $state(false)
  readonly sheet = new Sheet('issue')
  readonly work = new Work()
  check = $state.raw<IssueCheck | null>(null)
  issued = $state.raw<BatchRow | null>(null)
  failure = $state<AppError | null>(null)
  checking = $state(false)
  /** What was checked: this, and no later change, is issued. */
  #checked: IssueForm | null = null

  /** Whoever leaves it lets the names in the table go; what was confirmed goes on. */
  async leave() {
    if (this.work.running) return
    this.changed()
    this.issued = null
    await this.sheet.close()
  }

  /** Another one works here. */
  forget() {
    this.changed()
    this.work.forget()
    this.sheet.forget()
    this.another()
  }

  async load() {
    try {
      this.choices = await rust.issueChoices()
      this.failure = null
      if (!this.choices.templates.some(({ id }) => id === this.template)) {
        this.template = this.choices.templates[0]?.id ?? ''
      }
    } catch (thrown) {
      this.failure = asAppError(thrown)
    }
  }

  get #form(): IssueForm {
    const one = this.whom === 'one'
    return {
      template_id: this.template,
      name: this.name,
      number: one ? (this.number ?? 0) : null,
      buyer: one ? this.buyer : '',
      email: one ? this.email : '',
      // Asked once it is known to whom.
      mail: null,
      mapping: one ? [] : this.sheet.mapping,
      payment: this.payment,
    }
  }

  /** Whatever was looked at is no more what stands there. */
  changed() {
    this.check = null
    this.failure = null
  }

  /** Whether it can be confirmed. */
  async look(): Promise<boolean> {
    if (this.checking) return false
    this.checking = true
    const turn = shift.turn
    this.failure = null
    this.check = null
    const form = this.#form
    try {
      const check = await rust.checkIssue(form)
      // What was typed meanwhile was not looked at.
      if (turn !== shift.turn || JSON.stringify(form) !== JSON.stringify(this.#form)) return false
      this.check = check
      this.mail = check.mail?.by_itself ?? false
      this.#checked = form
      return true
    } catch (thrown) {
      this.failure = asAppError(thrown)
      return false
    } finally {
      this.checking = false
    }
  }

  async confirm() {
    const [form, check] = [this.#checked, this.check]
    if (!form || !check) return
    const mail = check.mail && this.mail
    const issued = await this.work.run(() => rust.issueBatch({ ...form, mail }, check.batch_id))
    if (!issued) return
    this.issued = issued
    this.check = null
    await this.sheet.close()
  }

  another() {
    this.issued = this.check = null
    this.name = this.buyer = this.email = ''
  }
}

/** One for the window: it goes on while other screens are open. */
export const issuing = new Issue()
whenAnotherComes(() => issuing.forget())

import { locale } from '$/i18n/locale.svelte'
import {
  type AppError,
  asAppError,
  type Report,
  type ReportChoices,
  type ReportForm,
  type ReportGrain,
  type ReportKind,
  type ReportSplit,
  rust,
} from '$/platform'
import { whenAnotherComes } from '../shift/session.svelte'
import { period } from './periods'

export const ANY = 'any' as const

/** What of a report can be chosen. */
export const offers: Record<ReportKind, { span: boolean; grain: boolean; split: boolean }> = {
  liability: { span: true, grain: false, split: false },
  activity: { span: true, grain: true, split: true },
  ageing: { span: false, grain: false, split: false },
  breakage: { span: false, grain: false, split: false },
  vat: { span: true, grain: true, split: false },
  accounting: { span: true, grain: false, split: false },
}

/** The reports: what is asked, and what the server said. Choices stay while another screen is open. */
class Books {
  kind = $state<ReportKind>('liability')
  from = $state<string | null>(null)
  to = $state<string | null>(null)
  grain = $state<ReportGrain | typeof ANY>('month')
  split = $state<ReportSplit | typeof ANY>(ANY)
  currency = $state<string>(ANY)
  shop = $state<string>(ANY)
  template = $state<string>(ANY)

  choices = $state.raw<ReportChoices | null>(null)
  report = $state.raw<Report | null>(null)
  failure = $state<AppError | null>(null)
  busy = $state(false)
  /** What `report` says was asked for. */
  #shown: string | null = null
  /** Grows with every question: only the last one is answered. */
  #turn = 0

  readonly form: ReportForm | null = $derived.by(() => {
    const { span, grain, split } = offers[this.kind]
    if (!this.to || (span && !this.from)) return null
    const or = <T extends string>(value: T | typeof ANY) => (value === ANY ? null : (value as T))
    return {
      report: this.kind,
      from: span && this.from ? this.from : this.to,
      to: this.to,
      by: grain ? or(this.grain) : null,
      split: split ? or(this.split) : null,
      currency: or(this.currency),
      shop: or(this.shop),
      template: or(this.template),
      language: locale.spoken,
    }
  })

  /** What can be chosen; a period to begin with. */
  async open() {
    try {
      this.choices = await rust.reportChoices()
      if (!this.to) Object.assign(this, period('this_month', this.choices.today))
    } catch (thrown) {
      this.failure = asAppError(thrown)
    }
  }

  /** What the server says to it; nothing is asked, and nothing shown, while dates are missing. */
  async load(form = this.form) {
    const turn = ++this.#turn
    const asked = form && JSON.stringify(form)
    this.busy = form !== null
    this.failure = null
    if (this.#shown !== asked) this.report = null
    if (!form) return
    try {
      const report = await rust.report(form)
      if (turn !== this.#turn) return
      this.report = report
      this.#shown = asked
    } catch (thrown) {
      if (turn === this.#turn) this.failure = asAppError(thrown)
    } finally {
      if (turn === this.#turn) this.busy = false
    }
  }

  /** Whoever comes next has not asked for it, and perhaps may not. */
  forget() {
    this.#turn++
    this.busy = false
    this.report = this.choices = this.failure = this.#shown = null
  }
}

export const books = new Books()
whenAnotherComes(() => books.forget())

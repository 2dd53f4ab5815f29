import { typedMinor } from '$/i18n/money'
import {
  type AppError,
  asAppError,
  type Currency,
  type DayOrder,
  type ImportCheck,
  type ImportDone,
  type ImportForm,
  rust,
  type TemplateRow,
} from '$/platform'
import { Sheet } from '../sheets/sheet.svelte'
import { Work } from '../sheets/work.svelte'
import { whenAnotherComes } from '../shift/session.svelte'

/** Basis points are percent with two decimals, so they are typed and read like money. */
const RATE_EXPONENT = 2
/** Where each line says for itself which template it has. */
export const EACH = 'each'

/** An import, from the file to what was taken over. Rust reads the lines and says what each is. */
class Import {
  source = $state('')
  currency = $state('EUR')
  minorUnits = $state<'whole' | 'minor'>('whole')
  days = $state<DayOrder>('day_first')
  buyer = $state('')
  template = $state(EACH)
  vat = $state<'single_purpose' | 'multi_purpose'>('multi_purpose')
  rate = $state('20')
  templates = $state.raw<TemplateRow[]>([])
  currencies = $state.raw<Currency[]>([])
  /** What can be chosen was read. */
  known = $state(false)
  readonly sheet = new Sheet('import')
  readonly work = new Work()
  check = $state.raw<ImportCheck | null>(null)
  done = $state.raw<ImportDone | null>(null)
  failure = $state<AppError | null>(null)
  #checked: ImportForm | null = null

  /** Whoever comes back to the page finds what it is at, or what came of it. */
  async come() {
    await this.load()
    if (this.work.running || this.done || this.check) return
    await this.work.follow('import')
    await this.#find()
  }

  /** Whoever leaves it lets the names in the table go; what was confirmed goes on. */
  async leave() {
    if (this.work.running) return
    this.changed()
    this.done = null
    await this.sheet.close()
  }

  /** Another one works here. */
  forget() {
    this.changed()
    this.work.forget()
    this.done = null
    this.sheet.forget()
    this.source = this.buyer = ''
    this.template = EACH
  }

  async #find() {
    try {
      const done = await rust.lastImport()
      if (!this.sheet.view) this.done = done
    } catch (reason) {
      console.warn('what came of the last import is not known', reason)
    }
  }

  async load() {
    try {
      const [templates, currencies] = await Promise.all([rust.templates(true), rust.currencies()])
      this.templates = templates
      this.currencies = currencies
      this.known = true
      this.failure = null
    } catch (thrown) {
      this.failure = asAppError(thrown)
    }
  }

  opened() {
    this.changed()
    this.done = null
    if (this.sheet.view) this.minorUnits = this.sheet.view.minor_units ? 'minor' : 'whole'
  }

  get badRate(): boolean {
    return this.vat === 'single_purpose' && typedMinor(this.rate, RATE_EXPONENT) === null
  }

  get #form(): ImportForm {
    const rate = typedMinor(this.rate, RATE_EXPONENT) ?? 0
    return {
      source: this.source,
      mapping: this.sheet.mapping,
      minor_units: this.minorUnits === 'minor',
      currency: this.currency,
      days: this.days,
      buyer: this.buyer,
      template_id: this.template === EACH ? null : this.template,
      vat:
        this.vat === 'single_purpose'
          ? { kind: 'single_purpose', rate_basis_points: Math.min(rate, 65_535) }
          : { kind: 'multi_purpose' },
    }
  }

  /** Whatever was looked at is no more what stands there. */
  changed() {
    this.check = null
    this.failure = null
    this.work.failure = null
    this.work.stopped = false
  }

  async look() {
    this.changed()
    this.done = null
    const form = this.#form
    const check = await this.work.run(() => rust.checkImport(form))
    if (!check) return
    this.check = check
    this.#checked = form
  }

  async run() {
    const form = this.#checked
    if (!form) return
    const done = await this.work.run(() => rust.runImport(form))
    if (!done) return
    this.done = done
    this.check = null
  }

  /** Another file. */
  async another() {
    this.done = this.check = null
    await this.sheet.close()
  }
}

/** One for the window: it goes on while other screens are open. */
export const importing = new Import()
whenAnotherComes(() => importing.forget())

export type { Import }

import { locale } from '$/i18n/locale.svelte'
import { Attempt, type ClosedDay, type Counted, type DayCount, rust } from '$/platform'
import { tillDay } from './day.svelte'

export type Stage = 'day' | 'sync' | 'count' | 'compare' | 'done'

/** The way to a closed day, step by step: send, count blind, compare, close. Rust decides what each step needs. */
class Closing extends Attempt {
  stage = $state<Stage>('day')
  counted = $state<Counted[]>([])
  /** How many of each note and coin, as typed, by currency: counting is work, and outlasts the dialog that it is done in. */
  pieces = $state<Record<string, string[]>>({})
  count = $state<DayCount | null>(null)
  closed = $state<ClosedDay | null>(null)

  async begin() {
    this.stage = 'sync'
    this.failure = null
    this.count = null
    this.closed = null
    this.pieces = {}
    this.counted = (tillDay.now?.to_count ?? []).map(({ code }) => ({
      currency: code,
      amount: '',
    }))
    await this.run(async () => {
      await rust.syncNow()
      // Unless somebody left meanwhile.
      if (this.stage === 'sync') this.stage = 'count'
    })
  }

  /** Nothing of what waits has to be sent: the close will say so, with a reason. */
  goOn() {
    this.failure = null
    this.stage = 'count'
  }

  async compare() {
    await this.run(async () => {
      this.count = await rust.countDay({ counted: this.counted })
      this.stage = 'compare'
    })
    // Cash of another currency may have come since the count began: it is to be counted as well.
    for (const { field } of this.failure?.fields ?? []) {
      const currency = field.replace('counted.', '')
      if (this.counted.every((one) => one.currency !== currency)) {
        this.counted.push({ currency, amount: '' })
      }
    }
  }

  countAgain() {
    this.failure = null
    this.count = null
    this.stage = 'count'
  }

  close(difference_reason: string, unsent_reason: string) {
    return this.run(async () => {
      if (!this.count) return
      const { through_seq } = this.count
      const form = { counted: this.counted, through_seq, difference_reason, unsent_reason }
      this.closed = await rust.closeDay({ ...form, language: locale.spoken })
      this.stage = 'done'
      await tillDay.load()
    })
  }

  leave() {
    this.stage = 'day'
    this.failure = null
    this.count = null
  }
}

export const closing = new Closing()

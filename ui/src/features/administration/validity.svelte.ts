import {
  type AppError,
  asAppError,
  type CountryValidity,
  type LeastValidity,
  rust,
} from '$/platform'

/** A row as it is being edited; `key` tells it from the others whatever is typed and wherever it stands. */
type DraftRow = CountryValidity & { key: number }

/** The least validity by country, and what somebody is making of it. */
export class ValidityDraft {
  /** Null until it is read. */
  rows = $state<DraftRow[] | null>(null)
  failure = $state.raw<AppError | null>(null)
  busy = $state(false)
  #saved = $state('')
  #version = 0
  #keys = 0

  readonly dirty = $derived(this.rows !== null && JSON.stringify(this.#plain()) !== this.#saved)
  /** Somebody else saved other rows: these cannot be saved over them. */
  readonly overtaken = $derived(this.failure?.code === 'changed_meanwhile')

  /** Reads what holds. Rows that somebody is editing stay, and can still be saved if nobody else changed any. */
  async load() {
    try {
      const now = await rust.leastValidity()
      // An answer from before the last saving comes too late.
      if (this.rows !== null && now.row_version < this.#version) return
      const same = JSON.stringify(now.rows) === this.#saved
      if (!this.dirty) this.#take(now)
      else if (same) this.#version = now.row_version
      if (!this.overtaken) this.failure = null
    } catch (thrown) {
      if (this.rows === null) this.failure = asAppError(thrown)
    }
  }

  /** Lets go of what was typed, for what holds now. */
  async discard() {
    try {
      this.#take(await rust.leastValidity())
      this.failure = null
    } catch (thrown) {
      this.failure = asAppError(thrown)
    }
  }

  /** Whether it was saved. */
  async save(): Promise<boolean> {
    if (this.rows === null) return false
    this.busy = true
    this.failure = null
    try {
      this.#take(await rust.setLeastValidity({ row_version: this.#version, rows: this.#plain() }))
      return true
    } catch (thrown) {
      this.failure = asAppError(thrown)
      return false
    } finally {
      this.busy = false
    }
  }

  add() {
    this.rows?.push({ key: ++this.#keys, country: '', months: 36 })
  }

  remove(row: DraftRow) {
    if (this.rows) this.rows = this.rows.filter((other) => other.key !== row.key)
  }

  #plain(): CountryValidity[] {
    return (this.rows ?? []).map(({ country, months }) => ({ country, months }))
  }

  #take(now: LeastValidity) {
    this.rows = now.rows.map((row) => ({ ...row, key: ++this.#keys }))
    this.#saved = JSON.stringify(now.rows)
    this.#version = now.row_version
  }
}

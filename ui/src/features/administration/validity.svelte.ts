import { Attempt, asAppError, type CountryValidity, type LeastValidity, rust } from '$/platform'

/** A row as it is being edited; `key` tells it from the others whatever is typed and wherever it stands. */
type DraftRow = CountryValidity & { key: number }

/** The least validity by country, and what somebody is making of it. */
export class ValidityDraft {
  /** Null until it is read. */
  rows = $state<DraftRow[] | null>(null)
  readonly asking = new Attempt()
  #saved = $state('')
  #version = 0
  #keys = 0

  readonly dirty = $derived(this.rows !== null && JSON.stringify(this.#plain()) !== this.#saved)
  /** Somebody else saved other rows: these cannot be saved over them. */
  readonly overtaken = $derived(this.asking.failure?.code === 'changed_meanwhile')

  /** Reads what holds. Rows that somebody is editing stay, and can still be saved if nobody else changed any. */
  async load() {
    try {
      const now = await rust.leastValidity()
      // An answer from before the last saving comes too late.
      if (this.rows !== null && now.row_version < this.#version) return
      const same = JSON.stringify(now.rows) === this.#saved
      if (!this.dirty) this.#take(now)
      else if (same) this.#version = now.row_version
      if (!this.overtaken) this.asking.failure = null
    } catch (thrown) {
      if (this.rows === null) this.asking.failure = asAppError(thrown)
    }
  }

  /** Lets go of what was typed, for what holds now. */
  discard() {
    return this.asking.run(async () => this.#take(await rust.leastValidity()))
  }

  /** Whether it was saved. */
  async save(): Promise<boolean> {
    if (this.rows === null) return false
    const form = { row_version: this.#version, rows: this.#plain() }
    return this.asking.run(async () => this.#take(await rust.setLeastValidity(form)))
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

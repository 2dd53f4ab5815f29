import { type GridMemory, rust, type SavedView, type ShownColumn } from '$/platform'
import { whenAnotherComes } from '../shift/session.svelte'
import { usual } from './columns'

const SETTLE = 400

/** How the person likes the grid on this device: kept by Rust, a moment after it was changed. */
class Memory {
  columns = $state.raw<ShownColumn[]>([])
  views = $state.raw<SavedView[]>([])
  #settling: ReturnType<typeof setTimeout> | undefined
  /** Whether it is known what was kept before: what is not known is never written over. */
  #read = false
  /** Grows with every person. */
  #turn = 0

  async load() {
    try {
      await this.#load()
    } catch (reason) {
      console.warn('the grid is as it usually is', reason)
    }
  }

  async #load() {
    const turn = this.#turn
    const kept = await rust.gridMemory()
    if (turn !== this.#turn) return
    this.#use(kept)
    this.#read = true
  }

  /** Nothing of it is the next person's, and nothing is kept in their name. */
  forget() {
    clearTimeout(this.#settling)
    this.#turn++
    this.#read = false
    this.#use({ columns: [], views: [] })
  }

  #use({ columns, views }: GridMemory) {
    this.columns = columns
    this.views = views
  }

  /** The columns that somebody chose, or else the usual ones. */
  get chosen(): ShownColumn[] {
    return this.columns.length > 0 ? this.columns : usual
  }

  show(columns: ShownColumn[]) {
    this.columns = columns
    clearTimeout(this.#settling)
    this.#settling = setTimeout(() => this.#keep(), SETTLE)
  }

  #keep() {
    if (!this.#read) return
    rust
      .rememberGrid({ columns: this.columns, views: this.views })
      .catch((reason) => console.warn('the columns were not kept', reason))
  }

  /** Throws what Rust says, for the form to show. */
  async save(view: SavedView) {
    await this.#keepViews((views) => [...views, view])
  }

  async forgetView(name: string) {
    await this.#keepViews((views) => views.filter((view) => view.name !== name))
  }

  async #keepViews(change: (views: SavedView[]) => SavedView[]) {
    const turn = this.#turn
    if (!this.#read) await this.#load()
    if (turn !== this.#turn) return
    clearTimeout(this.#settling)
    const kept = await rust.rememberGrid({ columns: this.columns, views: change(this.views) })
    if (turn === this.#turn) this.#use(kept)
  }
}

export const memory = new Memory()
whenAnotherComes(() => memory.forget())

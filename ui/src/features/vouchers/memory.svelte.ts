import { type GridMemory, rust, type SavedView, type ShownColumn } from '$/platform'
import { usual } from './columns'

const SETTLE = 400

/** How the person likes the grid on this device: kept by Rust, a moment after it was changed. */
class Memory {
  columns = $state.raw<ShownColumn[]>([])
  views = $state.raw<SavedView[]>([])
  #settling: ReturnType<typeof setTimeout> | undefined

  async load() {
    try {
      this.#use(await rust.gridMemory())
    } catch (reason) {
      console.warn('the grid is as it usually is', reason)
    }
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
    rust
      .rememberGrid({ columns: this.columns, views: this.views })
      .catch((reason) => console.warn('the columns were not kept', reason))
  }

  /** Throws what Rust says, for the form to show. */
  async save(view: SavedView) {
    await this.#keepViews([...this.views, view])
  }

  async forget(name: string) {
    await this.#keepViews(this.views.filter((view) => view.name !== name))
  }

  async #keepViews(views: SavedView[]) {
    clearTimeout(this.#settling)
    this.#use(await rust.rememberGrid({ columns: this.columns, views }))
  }
}

export const memory = new Memory()

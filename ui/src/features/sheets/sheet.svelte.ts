import {
  type AppError,
  asAppError,
  type FieldColumn,
  rust,
  type SheetField,
  type SheetUse,
  type SheetView,
} from '$/platform'

/** A table that somebody opened: Rust reads it, the page says which column is what. */
export class Sheet {
  view = $state.raw<SheetView | null>(null)
  /** By field, the place of its column. */
  columns = $state<Partial<Record<SheetField, number>>>({})
  opening = $state(false)
  failure = $state<AppError | null>(null)

  constructor(readonly purpose: SheetUse) {}

  /** Whether another table was opened. */
  async open(): Promise<boolean> {
    if (this.opening) return false
    this.opening = true
    this.failure = null
    try {
      const view = await rust.openSheet(this.purpose)
      // Whoever closed the dialog keeps what was open.
      if (!view) return false
      this.view = view
      this.columns = Object.fromEntries(view.mapping.map(({ field, column }) => [field, column]))
      return true
    } catch (thrown) {
      this.failure = asAppError(thrown)
      return false
    } finally {
      this.opening = false
    }
  }

  get mapping(): FieldColumn[] {
    return (this.view?.fields ?? []).flatMap((field) => {
      const column = this.columns[field]
      return column === undefined ? [] : [{ field, column }]
    })
  }

  /** Rust has let it go already. */
  forget() {
    this.view = null
    this.columns = {}
    this.failure = null
  }

  /** The names in it are let go. */
  async close() {
    this.forget()
    await rust.closeSheet().catch((reason) => console.warn('the table was not let go', reason))
  }
}

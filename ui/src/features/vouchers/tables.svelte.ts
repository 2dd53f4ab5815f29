import { toast } from 'svelte-sonner'
import { number } from '$/i18n/format'
import * as m from '$/i18n/generated/messages'
import {
  type AppError,
  asAppError,
  rust,
  type SavedTable,
  type TableFormat,
  type TableProgress,
  type VoucherSelection,
} from '$/platform'
import { list } from './list.svelte'
import { memory } from './memory.svelte'
import { tableOf, toClipboard } from './table'

const LOOK = 200

/** Tables of what the grid shows: onto the clipboard, or into a file that the system's dialog names. */
export class Tables {
  copying = $state(false)
  saving = $state(false)
  progress = $state<TableProgress | null>(null)
  saved = $state<SavedTable | null>(null)
  failure = $state<AppError | null>(null)

  #form(selection: VoucherSelection) {
    const { sort, descending } = list
    return tableOf(selection, { sort, descending }, memory.chosen)
  }

  async copy(selection: VoucherSelection) {
    this.copying = true
    this.failure = null
    try {
      const { text, html, rows, cut } = await rust.copyTable(this.#form(selection))
      await toClipboard(text, html)
      const shown = number(rows)
      toast.success(cut ? m.table_copied_some({ shown }) : m.table_copied({ count: rows, shown }))
    } catch (thrown) {
      this.failure = asAppError(thrown)
    } finally {
      this.copying = false
    }
  }

  async save(selection: VoucherSelection, format: TableFormat) {
    if (this.saving) return
    this.saving = true
    this.failure = this.saved = null
    const looking = setInterval(() => this.#look(), LOOK)
    try {
      this.saved = await rust.saveTable(this.#form(selection), format)
    } catch (thrown) {
      const error = asAppError(thrown)
      if (error.code !== 'stopped') this.failure = error
    } finally {
      clearInterval(looking)
      this.saving = false
      this.progress = null
    }
  }

  async #look() {
    try {
      const progress = await rust.tableProgress()
      if (this.saving) this.progress = progress
    } catch (reason) {
      console.warn('how far the table is is not known', reason)
    }
  }

  async stop() {
    await rust.stopTable()
  }

  dismiss() {
    this.saved = this.failure = null
  }
}

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
import { whenAnotherComes } from '../shift/session.svelte'
import { list } from './list.svelte'
import { memory } from './memory.svelte'
import { tableOf, toClipboard } from './table'

const LOOK = 200

/**
 * Tables of what the grid shows: onto the clipboard, or into a file that the system's dialog names.
 * Outlives its screen: a file goes on being written while another one is open.
 */
class Tables {
  copying = $state(false)
  saving = $state(false)
  progress = $state<TableProgress | null>(null)
  saved = $state<SavedTable | null>(null)
  failure = $state<AppError | null>(null)
  /** Grows with every person: what began before is no longer anybody's here. */
  #turn = 0

  #form(selection: VoucherSelection) {
    const { sort, descending } = list
    return tableOf(selection, { sort, descending }, memory.chosen)
  }

  async copy(selection: VoucherSelection) {
    this.copying = true
    this.failure = null
    const turn = this.#turn
    try {
      const { text, html, rows, cut } = await rust.copyTable(this.#form(selection))
      if (turn !== this.#turn) return
      await toClipboard(text, html)
      const shown = number(rows)
      toast.success(cut ? m.table_copied_some({ shown }) : m.table_copied({ count: rows, shown }))
    } catch (thrown) {
      if (turn === this.#turn) this.failure = asAppError(thrown)
    } finally {
      if (turn === this.#turn) this.copying = false
    }
  }

  async save(selection: VoucherSelection, format: TableFormat) {
    if (this.saving) return
    this.saving = true
    this.failure = this.saved = null
    const turn = this.#turn
    const looking = setInterval(() => this.#look(), LOOK)
    try {
      const saved = await rust.saveTable(this.#form(selection), format)
      if (turn === this.#turn) this.saved = saved
    } catch (thrown) {
      const error = asAppError(thrown)
      if (turn === this.#turn && error.code !== 'stopped') this.failure = error
    } finally {
      clearInterval(looking)
      if (turn === this.#turn) {
        this.saving = false
        this.progress = null
      }
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

  forget() {
    this.#turn++
    this.copying = this.saving = false
    this.progress = null
    this.dismiss()
  }
}

export const tables = new Tables()
whenAnotherComes(() => tables.forget())

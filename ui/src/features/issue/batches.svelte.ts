import * as m from '$/i18n/generated/messages'
import { statusWord, voucherStatuses } from '$/i18n/words'
import {
  type BatchFormat,
  type BatchRow,
  type BatchWords,
  Loaded,
  rust,
  type SavedTable,
} from '$/platform'
import { Work } from '../sheets/work.svelte'
import { language } from '../vouchers/table'

const words = (): BatchWords => ({
  code: m.word_code(),
  title: m.word_title(),
  buyer: m.word_buyer(),
  email: m.word_email(),
  recipient: m.word_recipient(),
  message: m.word_message(),
  price: m.word_price(),
  expires_on: m.word_expires_on(),
  status: m.word_status(),
  qr: m.batch_qr(),
  statuses: voucherStatuses.map((status) => ({ status, word: statusWord(status) })),
})

/** The batches that were issued, and their files. */
class Batches extends Loaded<BatchRow[]> {
  readonly work = new Work()
  saved = $state.raw<SavedTable | null>(null)

  async save({ id, name }: BatchRow, format: BatchFormat) {
    this.saved = null
    const form = {
      batch_id: id,
      format,
      title: name,
      words: words(),
      with_price: true,
      language: language(),
    }
    this.saved = await this.work.run(() => rust.saveBatch(form))
  }

  dismiss() {
    this.saved = this.work.failure = null
    this.work.stopped = false
  }
}

export const batches = new Batches(rust.batches)

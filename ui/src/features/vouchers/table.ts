import * as m from '$/i18n/generated/messages'
import { locale } from '$/i18n/locale.svelte'
import { paymentItems, statusWord, voucherStatuses } from '$/i18n/words'
import type { PaperLanguage, ShownColumn, TableForm, VoucherSelection } from '$/platform'
import { columns } from './columns'

export const language = (): PaperLanguage => (locale.spoken === 'fr' ? 'fr' : 'en')

type Order = TableForm['order']

/** A table of what the grid shows, in the words that it shows. */
export function tableOf(
  selection: VoucherSelection,
  order: Order,
  shown: ShownColumn[],
): TableForm {
  const headed = shown.flatMap(({ column: id }) => {
    const column = columns.find((one) => one.id === id)
    return column ? [{ column: id, heading: column.title() }] : []
  })
  return {
    selection,
    order,
    columns: headed,
    statuses: voucherStatuses.map((status) => ({ status, word: statusWord(status) })),
    paid_online: m.payment_online(),
    shop_page: m.word_shop_page(),
    payments: paymentItems().map(({ value, label }) => ({ payment: value, word: label })),
    title: m.vouchers_title(),
    language: language(),
  }
}

/** Both forms onto the clipboard: sheets take the lines with tabs, letters take the table. */
export async function toClipboard(text: string, html: string) {
  if ('write' in navigator.clipboard && typeof ClipboardItem !== 'undefined') {
    try {
      const blob = (type: string, content: string) => new Blob([content], { type })
      const item = new ClipboardItem({
        'text/plain': blob('text/plain', text),
        'text/html': blob('text/html', html),
      })
      await navigator.clipboard.write([item])
      return
    } catch (reason) {
      console.warn('the clipboard takes text alone', reason)
    }
  }
  await navigator.clipboard.writeText(text)
}

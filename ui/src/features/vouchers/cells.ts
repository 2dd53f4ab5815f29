import { money, shortDay, shortMoment } from '$/i18n/format'
import * as m from '$/i18n/generated/messages'
import { paymentWord } from '$/i18n/words'
import type { GridColumn, VoucherRow } from '$/platform'

/** How a column's cells are filled; that of the status is drawn by itself. */
export type Cell = {
  text: (row: VoucherRow) => string
  look: (row: VoucherRow) => string
  /** What the mouse is told. */
  hint: (row: VoucherRow) => string | undefined
}

const PLAIN = 'truncate'
const QUIET = 'truncate text-muted'
const FIGURES = 'tabular truncate text-right'
const QUIET_FIGURES = 'tabular truncate text-right text-muted'
const LATE_FIGURES = 'tabular truncate text-right font-medium text-plum'

const cell = (look: string, text: Cell['text'], hint: Cell['hint'] = () => undefined): Cell => ({
  text,
  look: () => look,
  hint,
})
/** Words may be cut off: the mouse is told all of them. */
const words = (look: string, text: Cell['text']) => cell(look, text, text)

export const cells: Record<Exclude<GridColumn, 'status'>, Cell> = {
  code: cell('code truncate', ({ code }) => code),
  title: words(PLAIN, ({ title }) => title),
  buyer: words(PLAIN, ({ buyer }) => buyer),
  email: words(QUIET, ({ email }) => email ?? ''),
  recipient: words(PLAIN, ({ recipient }) => recipient ?? ''),
  message: words(QUIET, ({ message }) => message ?? ''),
  price: cell(FIGURES, ({ price }) => money(price)),
  payment: words(QUIET, ({ payment, on_shop_page }) => paymentWord(payment, on_shop_page)),
  sold: cell(QUIET_FIGURES, ({ sold_at }) => shortMoment(sold_at)),
  sold_by: words(QUIET, ({ sold_by, on_shop_page }) =>
    on_shop_page ? m.word_shop_page() : sold_by,
  ),
  shop: words(QUIET, ({ shop }) => shop),
  expires: {
    text: ({ expires_on }) => (expires_on ? shortDay(expires_on) : '–'),
    look: ({ overdue }) => (overdue ? LATE_FIGURES : QUIET_FIGURES),
    hint: ({ overdue }) => (overdue ? m.row_overdue_hint() : undefined),
  },
  changed: cell(QUIET_FIGURES, ({ changed_at }) => shortMoment(changed_at)),
}

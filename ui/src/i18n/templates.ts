import type { TemplateForm } from '../platform'
import { typedMoney, validity } from './format'
import * as m from './generated/messages'
import { vatWord } from './words'

export type Difference = { label: string; mine: string; theirs: string }

/** Where two versions of a template differ, in the reader's words. */
export function templateDifferences(mine: TemplateForm, theirs: TemplateForm): Difference[] {
  const rows: Difference[] = [
    { label: m.word_title(), mine: mine.title, theirs: theirs.title },
    { label: m.template_description(), mine: mine.description, theirs: theirs.description },
    {
      label: m.word_price(),
      mine: typedMoney(mine.price, mine.currency),
      theirs: typedMoney(theirs.price, theirs.currency),
    },
    {
      label: m.word_validity(),
      mine: validity(mine.validity_months),
      theirs: validity(theirs.validity_months),
    },
    { label: m.word_vat(), mine: vatWord(mine.vat), theirs: vatWord(theirs.vat) },
  ]
  return rows.filter((row) => row.mine !== row.theirs)
}

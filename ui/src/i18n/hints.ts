import * as m from './generated/messages'

type Constrained = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement

/** What is wrong with a field, in the spoken language; empty where nothing is. */
export function hint({
  validity,
  min,
  max,
}: Pick<HTMLInputElement, 'validity' | 'min' | 'max'>): string {
  if (validity.valueMissing) return m.field_required()
  if (validity.badInput || validity.stepMismatch) return m.field_not_a_number()
  if (validity.rangeUnderflow) return m.field_too_small_limit({ limit: min })
  if (validity.rangeOverflow) return m.field_too_large_limit({ limit: max })
  return ''
}

/** The engine's own hints beside a field speak the system's language; from here on they speak the program's. */
export function translateHints(page: Document) {
  page.addEventListener(
    'invalid',
    ({ target }) => {
      const field = target as HTMLInputElement
      field.setCustomValidity('')
      field.setCustomValidity(hint(field))
    },
    true,
  )
  // Words that stay would keep a field wrong that is right by then.
  for (const kind of ['input', 'change', 'focusout']) {
    page.addEventListener(
      kind,
      ({ target }) => (target as Constrained).setCustomValidity?.(''),
      true,
    )
  }
}

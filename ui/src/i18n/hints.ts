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
      if (field.validity.valid) {
        // Only the words of the last time were in the way: it was filled in by the program since.
        queueMicrotask(() => field.form?.requestSubmit())
      } else {
        field.setCustomValidity(hint(field))
      }
    },
    true,
  )
  for (const kind of ['input', 'change']) {
    page.addEventListener(
      kind,
      ({ target }) => (target as Constrained).setCustomValidity?.(''),
      true,
    )
  }
}

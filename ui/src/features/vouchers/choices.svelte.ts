import { type FilterChoices, rust } from '$/platform'

/** What there is to filter by, with the names of it. */
class Choices {
  known = $state.raw<FilterChoices>({
    shops: [],
    templates: [],
    batches: [],
    staff: [],
    currencies: [],
  })

  async load() {
    try {
      this.known = await rust.filterChoices()
    } catch (reason) {
      // Without them only the filters are empty, and the next visit asks again.
      console.warn('no choices for the filters', reason)
    }
  }
}

export const choices = new Choices()

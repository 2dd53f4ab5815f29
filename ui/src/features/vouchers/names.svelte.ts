import { rust } from '$/platform'

type Named = { id: string; name: string }

/** The names of shops and templates, for filters and their chips. */
class Names {
  shops = $state.raw<Named[]>([])
  templates = $state.raw<Named[]>([])

  async load() {
    // Without them only the two filters are empty, and the next visit asks again.
    const [shops, templates] = await Promise.allSettled([rust.shops(), rust.templates(true)])
    if (shops.status === 'fulfilled') this.shops = shops.value
    if (templates.status === 'fulfilled') {
      this.templates = templates.value.map(({ id, title }) => ({ id, name: title }))
    }
  }
}

export const names = new Names()

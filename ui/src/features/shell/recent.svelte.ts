import { rust } from '$/platform'

/** What this person last did from the palette, the last first. */
class Recent {
  ids = $state.raw<string[]>([])

  async load() {
    try {
      this.ids = await rust.recentActions()
    } catch (reason) {
      // The order is a comfort: the palette works without it.
      console.error('no recent actions', reason)
    }
  }

  async note(id: string) {
    try {
      this.ids = await rust.noteAction(id)
    } catch (reason) {
      console.error('the action was not remembered', reason)
    }
  }
}

export const recent = new Recent()

import { rust } from '$/platform'
import { shift, whenAnotherComes } from '../shift/session.svelte'

/** What this person last did from the palette, the last first. */
class Recent {
  ids = $state.raw<string[]>([])

  async load() {
    const { turn } = shift
    try {
      const ids = await rust.recentActions()
      if (turn === shift.turn) this.ids = ids
    } catch (reason) {
      // The order is a comfort: the palette works without it.
      console.error('no recent actions', reason)
    }
  }

  async note(id: string) {
    const { turn } = shift
    try {
      const ids = await rust.noteAction(id)
      if (turn === shift.turn) this.ids = ids
    } catch (reason) {
      console.error('the action was not remembered', reason)
    }
  }
}

export const recent = new Recent()
// What stands first is that of whoever is there.
whenAnotherComes(() => {
  recent.ids = []
  void recent.load()
})

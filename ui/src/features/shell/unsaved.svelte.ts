/** What was typed on the screen that is open, and is not saved yet; the whole window shares one. */
class Unsaved {
  /** Asked before it is lost; a screen sets it for as long as it holds something, and calls `leave` when that may go. */
  guard = $state.raw<((leave: () => void) => void) | null>(null)

  /** Does it, once it is sure that nothing is lost by it. */
  leave(go: () => void) {
    // It guards on: whoever was to go may be kept here, as by a refusal.
    if (this.guard) this.guard(go)
    else go()
  }
}

export const unsaved = new Unsaved()

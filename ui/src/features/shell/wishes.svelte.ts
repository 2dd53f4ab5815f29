export type Wish = 'search' | 'list' | 'new_template' | 'enrol_device' | 'take_in' | 'check_copy'

/** What a screen is asked to do as soon as it is there. */
class Wishes {
  #open = $state<Wish | null>(null)

  make(wish: Wish) {
    this.#open = wish
  }

  /** Whether that is asked for; asked once. For an effect of the screen that does it. */
  take(wish: Wish): boolean {
    if (this.#open !== wish) return false
    this.#open = null
    return true
  }
}

export const wishes = new Wishes()

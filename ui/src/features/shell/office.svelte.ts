import { whenAnotherComes } from '../shift/session.svelte'
import { list } from '../vouchers/list.svelte'
import { everything } from '../vouchers/pages'
import { unsaved } from './unsaved.svelte'
import { type Wish, wishes } from './wishes.svelte'

export type Screen =
  | 'vouchers'
  | 'templates'
  | 'issue'
  | 'import'
  | 'conflicts'
  | 'endofday'
  | 'reports'
  | 'sync'
  | 'mail'
  | 'administration'
  | 'settings'

/** Which screen of the office is open. */
class Office {
  screen = $state<Screen>('vouchers')
  /** Goes there, and does the rest once it is sure that nothing unsaved keeps it here. */
  go(screen: Screen, then?: () => void) {
    if (screen === this.screen) {
      then?.()
      return
    }
    unsaved.leave(() => {
      this.screen = screen
      then?.()
    })
  }

  /** Goes there and has the screen do that. */
  ask(screen: Screen, wish: Wish) {
    this.go(screen, () => wishes.make(wish))
  }

  /** Whoever works here now sees these screens alone: another one is left, and nothing is asked before that. */
  keepWithin(screens: Screen[]) {
    if (screens.includes(this.screen)) return
    unsaved.guard = null
    this.screen = 'vouchers'
  }

  /** The vouchers that were issued together, in the list. */
  showBatch(id: string) {
    this.go('vouchers', () => {
      list.opened = null
      list.ask({ ...everything, filters: { ...everything.filters, batch: [id] } })
      wishes.make('list')
    })
  }

  openVoucher(id: string) {
    list.opened = id
    this.go('vouchers')
  }
}

export const office = new Office()
// Unsaved work was the other one's.
whenAnotherComes(() => {
  unsaved.guard = null
})

import { list } from '../vouchers/list.svelte'

export type Screen =
  | 'vouchers'
  | 'templates'
  | 'issue'
  | 'import'
  | 'conflicts'
  | 'endofday'
  | 'reports'
  | 'sync'
  | 'staff'
  | 'settings'

/** Which screen of the office is open. */
class Office {
  screen = $state<Screen>('vouchers')
  /** Asked before leaving; a screen with unsaved work sets it and calls `leave` when it may go. */
  guard: ((leave: () => void) => void) | null = null

  go(screen: Screen) {
    if (screen === this.screen) return
    const leave = () => {
      this.guard = null
      this.screen = screen
    }
    if (this.guard) this.guard(leave)
    else leave()
  }

  openVoucher(id: string) {
    list.opened = id
    this.go('vouchers')
  }
}

export const office = new Office()

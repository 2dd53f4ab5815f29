import { till } from '../redeem/till.svelte'
import { type Wish, wishes } from './wishes.svelte'

export type CounterScreen = 'redeem' | 'sell' | 'close' | 'scanner'

/** Which screen of the counter is open. */
class Counter {
  screen = $state<CounterScreen>('redeem')

  go(screen: CounterScreen) {
    till.close()
    this.screen = screen
  }

  /** Goes there and has the screen do that. */
  ask(screen: CounterScreen, wish: Wish) {
    this.go(screen)
    wishes.make(wish)
  }

  /** Puts a code into the field of the redeem screen; a person sends it. */
  handOver(code: string) {
    this.go('redeem')
    till.handed = code
  }
}

export const counter = new Counter()

import { type AppError, asAppError, onUpdate, rust, type UpdateView } from '$/platform'

/** What is known of newer versions of the program; the whole window shares one. */
class Updates {
  view = $state.raw<UpdateView | null>(null)
  /** Why Rust refused what was asked last. */
  failure = $state<AppError | null>(null)
  busy = $state(false)

  readonly available = $derived(this.view?.newer ?? null)

  async load() {
    try {
      this.view = await rust.updateState()
    } catch (reason) {
      // Nobody is signed in any more: there is nobody to tell.
      console.error('no state of updates', reason)
    }
  }

  async #attempt(work: () => Promise<UpdateView>) {
    if (this.busy) return
    this.busy = true
    this.failure = null
    try {
      this.view = await work()
    } catch (thrown) {
      this.failure = asAppError(thrown)
      await this.load()
    } finally {
      this.busy = false
    }
  }

  ask = () => this.#attempt(rust.checkUpdate)
  install = () => this.#attempt(rust.installUpdate)
  setAddress = (address: string) => this.#attempt(() => rust.setUpdateAddress(address))

  async restart() {
    this.failure = null
    try {
      await rust.restartProgram()
    } catch (thrown) {
      this.failure = asAppError(thrown)
    }
  }
}

export const updates = new Updates()
onUpdate(() => void updates.load())

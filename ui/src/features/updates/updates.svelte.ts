import { type AppError, asAppError, onUpdate, rust, type UpdateView } from '$/platform'
import { unsaved } from '../shell/unsaved.svelte'

/** What is known of newer versions of the program; the whole window shares one. */
class Updates {
  view = $state.raw<UpdateView | null>(null)
  /** Why Rust refused what was asked last. */
  failure = $state<AppError | null>(null)
  /** Why not even that is known. */
  unknown = $state<AppError | null>(null)
  busy = $state(false)

  readonly available = $derived(this.view?.newer ?? null)

  async load() {
    try {
      this.view = await rust.updateState()
      this.unknown = null
    } catch (thrown) {
      this.unknown = asAppError(thrown)
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
  /** On Windows the installer ends the program at once. */
  readonly exits = navigator.platform?.startsWith('Win') ?? false

  install = () => {
    const work = () => void this.#attempt(rust.installUpdate)
    if (this.exits) unsaved.leave(work)
    else work()
  }
  setAddress = (address: string) => this.#attempt(() => rust.setUpdateAddress(address))

  restart() {
    unsaved.leave(async () => {
      this.failure = null
      try {
        await rust.restartProgram()
      } catch (thrown) {
        this.failure = asAppError(thrown)
      }
    })
  }
}

export const updates = new Updates()
onUpdate(() => void updates.load())

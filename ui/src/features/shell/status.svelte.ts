import { type AppError, asAppError, onStatus, rust, type StatusBar } from '$/platform'

/** What the status bar shows; the whole window shares one. */
class DeviceStatus {
  bar = $state<StatusBar | null>(null)
  asking = $state(false)
  /** Why "sync now" failed, until the next try. */
  failure = $state<AppError | null>(null)

  readonly syncing = $derived(this.asking || (this.bar?.syncing ?? false))

  async load() {
    try {
      this.bar = await rust.statusBar()
    } catch (thrown) {
      this.failure = asAppError(thrown)
    }
  }

  async syncNow() {
    if (this.asking) return
    this.asking = true
    this.failure = null
    try {
      this.bar = await rust.syncNow()
    } catch (thrown) {
      this.failure = asAppError(thrown)
    } finally {
      this.asking = false
    }
  }
}

export const status = new DeviceStatus()
onStatus((bar) => {
  status.bar = bar
})

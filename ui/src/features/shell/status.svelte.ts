import {
  type AppError,
  Attempt,
  asAppError,
  type ErrorCode,
  onStatus,
  rust,
  type StatusBar,
} from '$/platform'
import { wholeOf } from './progress'

const HALTS: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'device_revoked',
  'device_in_quarantine',
  'device_unknown',
  'taking_back',
  'bad_receipt',
  'client_too_old',
])

/** What the status bar shows, and the attempt to sync now; the whole window shares one. */
class DeviceStatus extends Attempt {
  bar = $state<StatusBar | null>(null)

  /** Why the last sync failed, other than for want of a network. */
  readonly trouble = $derived<AppError | null>(this.failure ?? this.bar?.trouble ?? null)
  /** What keeps this device from going on until a person has done something. */
  readonly halt = $derived(this.trouble && HALTS.has(this.trouble.code) ? this.trouble : null)
  readonly revoked = $derived(this.trouble?.code === 'device_revoked')
  /** Asking again can change something: not for a device that has handed over all that it had. */
  readonly mayRetry = $derived(!this.revoked || (this.bar?.waiting ?? 0) > 0)
  /** The copy is being taken as a whole. */
  readonly whole = $derived(wholeOf(this.bar))
  readonly syncing = $derived(this.running || (this.bar?.syncing ?? false))

  async load() {
    try {
      this.bar = await rust.statusBar()
      this.failure = null
    } catch (thrown) {
      this.failure = asAppError(thrown)
    }
  }

  async syncNow() {
    if (this.running) return
    await this.run(async () => {
      this.bar = await rust.syncNow()
    })
  }
}

export const status = new DeviceStatus()
onStatus((bar) => {
  status.bar = bar
})

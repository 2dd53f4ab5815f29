import { onScanner, rust, type ScannerSettings } from '$/platform'
import { listenBy } from '$/scanner'

/** How scans are told from typing on this device. */
class CurrentScanner {
  settings = $state.raw<ScannerSettings>({
    prefix: '',
    terminator: 'enter',
    longest_gap_ms: 60,
    layout: 'auto',
  })

  use(settings: ScannerSettings) {
    this.settings = settings
    listenBy({
      pause: settings.longest_gap_ms,
      prefix: settings.prefix,
      end: settings.terminator,
      layout: settings.layout === 'auto' ? null : settings.layout,
    })
  }

  async load() {
    this.use(await rust.scannerSettings())
  }

  /** Throws what Rust says, for the form to show. */
  async change(part: Partial<ScannerSettings>) {
    this.use(await rust.setScannerSettings({ ...this.settings, ...part }))
  }
}

export const scanner = new CurrentScanner()
onScanner((changed) => scanner.use(changed))

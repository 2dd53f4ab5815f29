import { number } from '$/i18n/format'
import * as m from '$/i18n/generated/messages'
import type { ProgramState } from '$/platform'

/** Versions and places, as label and value. */
export function aboutFacts({ about, shop, device, server }: ProgramState) {
  return [
    { label: m.settings_version(), value: about.version },
    {
      label: m.settings_server_version(),
      value: about.server_version ?? m.settings_server_unknown(),
    },
    { label: m.settings_address(), value: server },
    {
      label: m.about_formats(),
      value: m.about_formats_text({
        operations: number(about.operation_format),
        snapshots: number(about.snapshot_format),
        cache: number(about.cache_schema),
        outbox: number(about.outbox_schema),
      }),
    },
    { label: m.word_device(), value: device && shop ? `${device}, ${shop}` : device },
    { label: m.about_device_id(), value: about.device_id, code: true },
    { label: m.about_system(), value: about.system },
    { label: m.settings_webview(), value: about.webview },
    { label: m.settings_sqlite(), value: `${about.sqlite} (SQLCipher ${about.sqlcipher})` },
    { label: m.settings_fonts(), value: m.settings_fonts_text() },
    { label: m.settings_folder(), value: `${about.data_folder} (${m.settings_encrypted()})` },
  ]
}

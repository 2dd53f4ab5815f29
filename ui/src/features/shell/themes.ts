import * as m from '$/i18n/generated/messages'
import type { Preferences } from '$/platform'

export type Theme = Preferences['theme']

/** Each theme there is: its name in the settings, and that of the action that chooses it. */
const words: Record<Theme, { label: () => string; action: () => string }> = {
  system: { label: m.theme_system, action: m.shell_theme_system },
  light: { label: m.settings_theme_light, action: m.shell_theme_light },
  dark: { label: m.settings_theme_dark, action: m.shell_theme_dark },
  contrast_light: { label: m.settings_theme_contrast_light, action: m.shell_theme_contrast_light },
  contrast_dark: { label: m.settings_theme_contrast_dark, action: m.shell_theme_contrast_dark },
}

export const themes = (Object.keys(words) as Theme[]).map((value) => ({ value, ...words[value] }))

import { locale } from '$/i18n/locale.svelte'
import { onPreferences, type Preferences, rust } from '$/platform'

const dark = window.matchMedia('(prefers-color-scheme: dark)')
const contrast = window.matchMedia('(prefers-contrast: more)')

class CurrentPreferences {
  language = $state<Preferences['language']>('system')
  theme = $state<Preferences['theme']>('system')
  /** Whether what is painted is dark, by choice or by the system's. */
  dark = $state(false)

  use(preferences: Preferences) {
    this.language = preferences.language
    this.theme = preferences.theme
    locale.speak(preferences.language)
    this.paint()
  }

  paint() {
    const bySystem = this.theme === 'system'
    this.dark = bySystem ? dark.matches : this.theme === 'dark' || this.theme === 'contrast_dark'
    const stands = bySystem
      ? contrast.matches
      : this.theme === 'contrast_light' || this.theme === 'contrast_dark'
    const look = document.documentElement.dataset
    look.theme = this.dark ? 'dark' : 'light'
    look.contrast = stands ? 'more' : 'normal'
  }

  async change(part: Partial<Preferences>) {
    const wanted = { language: this.language, theme: this.theme, ...part }
    this.use(await rust.setPreferences(wanted))
  }
}

export const preferences = new CurrentPreferences()

for (const system of [dark, contrast]) system.addEventListener('change', () => preferences.paint())
onPreferences((changed) => preferences.use(changed))

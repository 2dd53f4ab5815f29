import { locale } from '$/i18n/locale.svelte'
import { onPreferences, type Preferences, rust } from '$/platform'

const dark = window.matchMedia('(prefers-color-scheme: dark)')

class CurrentPreferences {
  language = $state<Preferences['language']>('system')
  theme = $state<Preferences['theme']>('system')

  use(preferences: Preferences) {
    this.language = preferences.language
    this.theme = preferences.theme
    locale.speak(preferences.language)
    this.paint()
  }

  paint() {
    const isDark = this.theme === 'dark' || (this.theme === 'system' && dark.matches)
    document.documentElement.dataset.theme = isDark ? 'dark' : 'light'
  }

  async change(part: Partial<Preferences>) {
    const wanted = { language: this.language, theme: this.theme, ...part }
    this.use(await rust.setPreferences(wanted))
  }
}

export const preferences = new CurrentPreferences()

dark.addEventListener('change', () => preferences.paint())
onPreferences((changed) => preferences.use(changed))

import { type Locale, locales, overwriteGetLocale } from './generated/runtime'

export type Language = 'system' | Locale

/** The first language of the system that the program speaks; English where it speaks none. */
export function systemLocale(wanted: readonly string[] = navigator.languages): Locale {
  for (const tag of wanted) {
    const found = locales.find((known) => tag.toLowerCase().split('-')[0] === known)
    if (found) return found
  }
  return 'en'
}

class CurrentLocale {
  #language = $state<Language>('system')
  #system = $state<readonly string[]>(navigator.languages)

  readonly spoken: Locale = $derived(
    this.#language === 'system' ? systemLocale(this.#system) : this.#language,
  )

  // The region ("fr-BE", "en-IE") decides dates and separators even where the words are the same.
  readonly regional: string = $derived(
    this.#system.find((tag) => tag.toLowerCase().startsWith(this.spoken)) ??
      (this.spoken === 'en' ? 'en-GB' : 'fr-FR'),
  )

  speak(language: Language) {
    this.#language = language
    document.documentElement.lang = this.spoken
  }

  constructor() {
    window.addEventListener('languagechange', () => {
      this.#system = navigator.languages
      document.documentElement.lang = this.spoken
    })
  }
}

export const locale = new CurrentLocale()

// Messages read a rune, so every word on the screen follows a change of language without a reload.
overwriteGetLocale(() => locale.spoken)

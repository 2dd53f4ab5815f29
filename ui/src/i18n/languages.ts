import type { PaperLanguage } from '$/platform'

// A language is written in itself, so that whoever reads only that one finds it.
export const languages: { value: PaperLanguage; label: string }[] = [
  { value: 'en', label: 'English' },
  { value: 'fr', label: 'Français' },
]

import { locale } from '$/i18n/locale.svelte'

/** A country's name in the person's language, from its two letters. */
export const countryName = (code: string) =>
  new Intl.DisplayNames(locale.regional, { type: 'region' }).of(code) ?? code

/** Countries to choose from, by name. */
export function countryItems(codes: string[]) {
  const names = new Intl.DisplayNames(locale.regional, { type: 'region' })
  const items = codes.map((code) => ({ value: code, label: names.of(code) ?? code, detail: code }))
  return items.sort((one, other) => one.label.localeCompare(other.label, locale.regional))
}

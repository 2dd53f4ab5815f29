import { toast } from 'svelte-sonner'
import { errorWords } from '$/i18n/errors'
import type { AppError } from '$/platform'

/** Says what went wrong where no place of its own is left for it. */
export function tell(error: AppError) {
  const { title, meaning, todo } = errorWords(error)
  toast.error(title, { description: `${meaning} ${todo}`, duration: 12_000 })
}

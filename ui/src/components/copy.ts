import { toast } from 'svelte-sonner'
import * as m from '$/i18n/generated/messages'

/** Puts text on the clipboard; says nothing where the system refused, so that nobody relies on it. */
export async function copy(text: string) {
  try {
    await navigator.clipboard.writeText(text)
    toast.success(m.copied())
  } catch (reason) {
    console.warn('clipboard refused', reason)
  }
}

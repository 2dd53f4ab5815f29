import { tinykeys } from 'tinykeys'
import { anyOpen } from '$/components/dialogs'
import { shift } from '../shift/session.svelte'

function typing(event: KeyboardEvent): boolean {
  const target = event.target
  return (
    target instanceof HTMLInputElement ||
    target instanceof HTMLTextAreaElement ||
    (target instanceof HTMLElement && target.isContentEditable)
  )
}

/** Whether striking it may be meant for whatever has the cursor. */
const isPlain = (key: string) => !key.includes('$mod') && !/^F\d+$/.test(key)

/** Plain keys do something only where nobody is typing and nothing lies over the screen, and none does anything while the screens are locked. Returns how to stop. */
export function bindKeys(keys: Record<string, () => void>): () => void {
  const bound = Object.fromEntries(
    Object.entries(keys).map(([key, act]) => [
      key,
      (event: KeyboardEvent) => {
        // What lies above the screen may have answered it: Escape closes one thing at a time.
        if (event.defaultPrevented || shift.locked) return
        // Escape types nothing, unless it ends what an input method composes.
        const types = key === 'Escape' ? event.isComposing : typing(event)
        if (isPlain(key) && (types || anyOpen())) return
        event.preventDefault()
        act()
      },
    ]),
  )
  return tinykeys(window, bound)
}

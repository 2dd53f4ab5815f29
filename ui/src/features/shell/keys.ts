import { tinykeys } from 'tinykeys'
import { shift } from '../shift/session.svelte'

function typing(event: KeyboardEvent): boolean {
  const target = event.target
  return (
    target instanceof HTMLInputElement ||
    target instanceof HTMLTextAreaElement ||
    (target instanceof HTMLElement && target.isContentEditable)
  )
}

/** Keys without a modifier do something only where nobody is typing, and none does anything while the screens are locked. Returns how to stop. */
export function bindKeys(keys: Record<string, () => void>): () => void {
  const bound = Object.fromEntries(
    Object.entries(keys).map(([key, act]) => [
      key,
      (event: KeyboardEvent) => {
        // What lies above the screen may have answered it: Escape closes one thing at a time.
        if (event.defaultPrevented || shift.locked) return
        if (!key.includes('$mod') && typing(event)) return
        event.preventDefault()
        act()
      },
    ]),
  )
  return tinykeys(window, bound)
}

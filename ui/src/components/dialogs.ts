import { untrack } from 'svelte'
import { SvelteSet } from 'svelte/reactivity'

/** What is open over the screen: a dialog, or a list to choose from. */
export type OpenDialog = {
  /** Closes it, whatever it is doing: what it began goes on without it. */
  close: () => void
  /** Hides it with all that was typed into it. What cannot do that closes. */
  stepAside?: () => void
  /** Shows it again, with the cursor where it was. */
  comeBack?: () => void
  /** Whether it shows what can be shown only now. */
  isOnce?: () => boolean
  /** It is gone before what was chosen in it is done, and so keeps nothing beneath from being done. */
  passing?: boolean
}

const open = new SvelteSet<OpenDialog>()
/** As they are now: whoever tells them something does not hear of the next one. */
const all = () => untrack(() => [...open])

/** Remembers an open dialog. Returns how to forget it. */
export function opened(dialog: OpenDialog): () => void {
  open.add(dialog)
  return () => open.delete(dialog)
}

/** Whether something lies over the screen, so that nothing beneath is to be done. */
export const anyOpen = () => [...open].some(({ passing }) => !passing)

/** Ends them: what was typed was somebody else's. */
export function closeDialogs() {
  for (const dialog of all()) dialog.close()
}

/** The screens are locked: nothing lies over the lock. What can be shown only now is hidden, for whoever it was shown to. */
export function hideForLock() {
  for (const dialog of all()) {
    if (dialog.isOnce?.() && dialog.stepAside) dialog.stepAside()
    else dialog.close()
  }
}

/** A scan opens its answer over anything, so what lies over the screen gives way until the answer is closed. */
export function stepAside() {
  for (const dialog of all()) (dialog.stepAside ?? dialog.close)()
}

/** The answer is closed, or the lock opened by the same person: whoever was filling in a form, or reading, goes on. */
export function comeBack() {
  for (const dialog of all()) dialog.comeBack?.()
}

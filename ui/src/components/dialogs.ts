/** What is open over the screen: a dialog, or a list to choose from. */
export type OpenDialog = {
  /** Closes it, whatever it is doing: what it began goes on without it. */
  close: () => void
  /** Hides it with all that was typed into it. What cannot do that closes. */
  stepAside?: () => void
  /** Shows it again, with the cursor where it was. */
  comeBack?: () => void
}

const open = new Set<OpenDialog>()

/** Remembers an open dialog. Returns how to forget it. */
export function opened(dialog: OpenDialog): () => void {
  open.add(dialog)
  return () => open.delete(dialog)
}

/** Ends them: what was typed was somebody else's. */
export function closeDialogs() {
  for (const dialog of open) dialog.close()
}

/** A scan opens its answer over anything, so what lies over the screen gives way until the answer is closed. */
export function stepAside() {
  for (const dialog of open) (dialog.stepAside ?? dialog.close)()
}

/** The answer is closed: whoever was filling in a form goes on. */
export function comeBack() {
  for (const dialog of open) dialog.comeBack?.()
}

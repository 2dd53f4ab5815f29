const open = new Set<() => void>()

/** Remembers how to close an open dialog. Returns how to forget it. */
export function opened(close: () => void): () => void {
  open.add(close)
  return () => open.delete(close)
}

/** A scan opens its answer over anything, so what lies over the screen gives way. */
export function closeDialogs() {
  for (const close of open) close()
}

import { Burst, defaults, type Options } from './burst'

type Field = HTMLInputElement | HTMLTextAreaElement
type Before = { field: Field; value: string; start: number | null; end: number | null }

function fieldOf(target: EventTarget | null): Field | null {
  if (target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement) return target
  return null
}

function snapshot(field: Field): Before {
  return { field, value: field.value, start: field.selectionStart, end: field.selectionEnd }
}

// The first keys of a scan are in the field before anything can know that they are one.
function restore(before: Before) {
  before.field.value = before.value
  if (before.start !== null) before.field.setSelectionRange(before.start, before.end)
  before.field.dispatchEvent(new Event('input', { bubbles: true }))
}

/** Catches scans wherever the focus is. Returns how to stop. */
export function listenForScans(onScan: (text: string) => void, options: Options = defaults) {
  const burst = new Burst(options)
  let before: Before | null = null

  function onKeyDown(event: KeyboardEvent) {
    if (event.isComposing || event.repeat) return
    const field = fieldOf(event.target)
    const heard = burst.hear({
      code: event.code,
      shown: event.key,
      shift: event.shiftKey,
      modified: event.ctrlKey || event.altKey || event.metaKey,
      at: event.timeStamp,
    })
    if (heard.kind === 'possible' && heard.first) before = field ? snapshot(field) : null
    // Outside a field a space would press the focused button and a letter would be a shortcut.
    if (heard.kind === 'likely' && !field) swallow(event)
    if (heard.kind === 'scan') {
      swallow(event)
      if (before) restore(before)
      before = null
      onScan(heard.text)
    }
  }

  function swallow(event: KeyboardEvent) {
    event.preventDefault()
    event.stopImmediatePropagation()
  }

  window.addEventListener('keydown', onKeyDown, { capture: true })
  return () => window.removeEventListener('keydown', onKeyDown, { capture: true })
}

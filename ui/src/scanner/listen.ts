import { Burst, defaults, type Heard, type Options, type Scan } from './burst'
import { Field } from './field'
import { type Key, keyOf } from './keys'
import { readingsIn } from './pasted'

export type Listener = {
  onScan: (scan: Scan) => void
  /** Sees every key before anything else does; `true` keeps it from doing anything else. */
  onKey?: (key: Key) => boolean
}

const listeners: Listener[] = []
let options: Options = defaults
const burst = new Burst(() => options)
/** The text fields that the present burst went into, each as it was before. */
let fields: Field[] = []
let within = false
let silence: ReturnType<typeof setTimeout> | undefined

/** From now on scans are told from typing by that. */
export function listenBy(next: Options) {
  options = next
}

/** Catches scans wherever the focus is; the last to listen gets them. Returns how to stop. */
export function listenForScans(listener: Listener): () => void {
  if (listeners.length === 0) attach()
  listeners.push(listener)
  return () => {
    const place = listeners.indexOf(listener)
    if (place >= 0) listeners.splice(place, 1)
    if (listeners.length === 0) detach()
  }
}

const capture = { capture: true }

function attach() {
  window.addEventListener('keydown', onKey, capture)
  window.addEventListener('keyup', onKey, capture)
  window.addEventListener('focusin', onFocus, capture)
  window.addEventListener('pointerdown', onPointer, capture)
  window.addEventListener('paste', onPaste, capture)
}

function detach() {
  window.removeEventListener('keydown', onKey, capture)
  window.removeEventListener('keyup', onKey, capture)
  window.removeEventListener('focusin', onFocus, capture)
  window.removeEventListener('pointerdown', onPointer, capture)
  window.removeEventListener('paste', onPaste, capture)
  clearTimeout(silence)
}

function onKey(event: KeyboardEvent) {
  const key = keyOf(event)
  if (listeners.at(-1)?.onKey?.(key)) swallow(event)
  act(burst.hear(key), event)
}

function act(heard: Heard, event: KeyboardEvent) {
  switch (heard.kind) {
    case 'nothing':
      return letGo()
    case 'between':
      return
    case 'part':
      return part(heard.first, heard.pace, event)
    case 'tail':
      return swallow(event)
    case 'scan':
      swallow(event)
      return caught(heard.scan)
  }
}

function part(first: boolean, pace: 'slow' | 'quick' | 'inhuman', event: KeyboardEvent) {
  if (first) {
    letGo()
    within = true
  }
  const field = fieldAt(event.target) ?? fields.find((one) => one.isWithoutCursor)
  // Outside a field a space would press the focused button and a letter would be a shortcut. In one, a hand's burst is let through.
  if (!field && pace !== 'slow') swallow(event)
  if (field && (pace === 'inhuman' || field.holdsBack || field.isWithoutCursor)) {
    // With Alt a key types nothing.
    field.holdBack(event.altKey && !event.getModifierState('AltGraph') ? '' : event.key)
    field.takeCursor()
    swallow(event)
  }
  waitForSilence()
}

/** The burst was no scan: what was held back of it is typed. */
function letGo() {
  clearTimeout(silence)
  giveBack()
  forget()
}

function giveBack() {
  for (const field of fields) field.giveBack()
}

/** The field of the burst there, if it is one that text goes into. */
function fieldAt(target: EventTarget | null): Field | null {
  const field = fields.find((field) => field.isAt(target)) ?? Field.of(target)
  if (!field) return null
  if (!fields.includes(field)) fields.push(field)
  // The cursor went on to this one, and none of the others gets it back.
  for (const other of fields) if (other !== field) other.leave()
  return field
}

function forget() {
  fields = []
  within = false
}

function caught(scan: Scan) {
  clearTimeout(silence)
  for (const field of fields) field.restore()
  forget()
  listeners.at(-1)?.onScan(scan)
}

function waitForSilence() {
  clearTimeout(silence)
  // Twice the longest pause, and then behind the keys that may wait while the page is busy: they bring their own times.
  silence = setTimeout(() => {
    silence = setTimeout(() => {
      const heard = burst.silence()
      if (heard.kind === 'scan') caught(heard.scan)
      else giveBack()
    })
  }, options.pause * 2)
}

function swallow(event: Event) {
  event.preventDefault()
  event.stopImmediatePropagation()
}

/** A screen may move the focus into a field at the first key: what stands there is not of the burst yet. */
function onFocus(event: FocusEvent) {
  if (within) fieldAt(event.target)
}

/** Whoever clicks is done with what they typed: a button must not act on half of it. */
function onPointer() {
  giveBack()
}

/** A code that is pasted where no text goes is as good as scanned. Into a form people paste what they like. */
function onPaste(event: ClipboardEvent) {
  if (Field.of(event.target)) return
  const [first, ...more] = readingsIn(event.clipboardData?.getData('text/plain') ?? '')
  if (!first) return
  swallow(event)
  listeners.at(-1)?.onScan({ readings: [first, ...more], at: event.timeStamp })
}

type Control = HTMLInputElement | HTMLTextAreaElement

const NO_TEXT = new Set([
  'button',
  'checkbox',
  'color',
  'file',
  'image',
  'radio',
  'range',
  'reset',
  'submit',
])

/** A text field that a burst of keys goes into, until it is known whether it is a scan. */
export class Field {
  #held = ''
  #withoutCursor = false
  readonly #value: string
  readonly #start: number | null
  readonly #end: number | null

  private constructor(private readonly control: Control) {
    this.#value = control.value
    this.#start = control.selectionStart
    this.#end = control.selectionEnd
  }

  /** The field, as it is now; null if that is none. */
  static of(target: EventTarget | null): Field | null {
    if (target instanceof HTMLTextAreaElement) return new Field(target)
    if (target instanceof HTMLInputElement && !NO_TEXT.has(target.type)) return new Field(target)
    return null
  }

  isAt(target: EventTarget | null): boolean {
    return this.control === target
  }

  /**
   * Takes the cursor out of it for the rest of the burst: in a text field an input method may keep a dead key and the one
   * behind it to itself, and nothing says which keys they were.
   */
  takeCursor() {
    if (this.#withoutCursor) return
    this.#withoutCursor = true
    unheard(() => this.control.blur())
  }

  /** Its cursor is somewhere else by now. */
  leave() {
    this.#withoutCursor = false
  }

  get isWithoutCursor(): boolean {
    return this.#withoutCursor
  }

  get holdsBack(): boolean {
    return this.#held !== ''
  }

  /** Keeps what a key would have typed. */
  holdBack(shown: string) {
    this.#held += shown.length === 1 ? shown : ''
  }

  /** Types after all what was kept. */
  giveBack() {
    this.#giveCursor()
    const held = this.#held
    this.#held = ''
    if (!held) return
    const { selectionStart, selectionEnd } = this.control
    if (selectionStart === null || selectionEnd === null) this.control.value += held
    else this.control.setRangeText(held, selectionStart, selectionEnd, 'end')
    this.#tell()
  }

  /** Puts back what was there before the burst. */
  restore() {
    this.#giveCursor()
    this.#held = ''
    if (this.control.value === this.#value) return
    this.control.value = this.#value
    if (this.#start !== null) this.control.setSelectionRange(this.#start, this.#end)
    this.#tell()
  }

  #giveCursor() {
    if (!this.#withoutCursor) return
    this.#withoutCursor = false
    // Meanwhile somebody may have put it elsewhere.
    if (document.activeElement !== document.body) return
    unheard(() => this.control.focus({ preventScroll: true }))
  }

  #tell() {
    this.control.dispatchEvent(new Event('input', { bubbles: true }))
  }
}

const MOVES = ['blur', 'focusout', 'focus', 'focusin', 'change'] as const

/** Moves the cursor for a moment, which is nothing that a form should act on. */
function unheard(move: () => void) {
  const swallow = (event: Event) => event.stopImmediatePropagation()
  for (const kind of MOVES) window.addEventListener(kind, swallow, { capture: true })
  move()
  for (const kind of MOVES) window.removeEventListener(kind, swallow, { capture: true })
}

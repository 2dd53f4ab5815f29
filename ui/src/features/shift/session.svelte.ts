import { toast } from 'svelte-sonner'
import { closeDialogs, comeBack, hideForLock } from '$/components/dialogs'
import * as m from '$/i18n/generated/messages'
import { type AppError, asAppError, onSession, rust, type Session } from '$/platform'
import { isBadge, type Scan } from '$/scanner'

// Rust locks after minutes: it need not hear of every key.
const TELL_EVERY = 10_000

const forgetting = new Set<() => void>()

/** Has what a screen keeps of one person forgotten as soon as another one works here. */
export function whenAnotherComes(forget: () => void) {
  forgetting.add(forget)
}

/** Who works here now, and whether the screens are locked; the whole window shares one. */
class Shift {
  session = $state.raw<Session | null>(null)
  readonly locked = $derived(this.session?.locked ?? false)
  /** Grows whenever another person takes the screens over: what is drawn for one is never drawn for another. */
  turn = $state(0)
  /** A badge that was scanned and opened nothing, until the next. */
  failure = $state<AppError | null>(null)

  #told = Number.NEGATIVE_INFINITY

  use(session: Session) {
    const another = session.staff_id !== this.session?.staff_id
    // What lies over the screen would lie over the lock, and is of whoever went.
    if (another) closeDialogs()
    else if (session.locked) hideForLock()
    else if (this.locked) comeBack()
    if (session.locked || another) toast.dismiss()
    if (this.session && another) {
      this.turn++
      for (const forget of forgetting) forget()
    }
    this.session = session
    this.failure = null
  }

  async load() {
    try {
      this.use(await rust.currentSession())
    } catch (reason) {
      // The sign-in has ended: the first command says so.
      console.error('nobody works here', reason)
    }
  }

  /** A scanned badge: whoever it names works here from now on. */
  async badge(scanned: string) {
    try {
      this.use(await rust.switchByBadge(scanned))
      if (this.session) toast.success(m.switched_to({ name: this.session.name }))
    } catch (thrown) {
      this.failure = asAppError(thrown)
    }
  }

  /** Whether a badge was scanned: whoever it names works here from now on. */
  takesBadge({ readings }: Scan): boolean {
    const badge = readings.find(({ text }) => isBadge(text))
    if (badge) void this.badge(badge.text)
    return badge !== undefined
  }

  /** A key or the mouse was touched. */
  touched() {
    const now = performance.now()
    if (this.locked || now - this.#told < TELL_EVERY) return
    this.#told = now
    rust.noteActivity().catch((reason) => console.error('cannot tell of activity', reason))
  }
}

export const shift = new Shift()
onSession((session) => shift.use(session))

/** Tells Rust that somebody is there. Returns how to stop. */
export function watchActivity(): () => void {
  const kinds = ['keydown', 'pointerdown', 'pointermove', 'wheel'] as const
  const touched = () => shift.touched()
  for (const kind of kinds) window.addEventListener(kind, touched, { capture: true, passive: true })
  return () => {
    for (const kind of kinds) window.removeEventListener(kind, touched, { capture: true })
  }
}

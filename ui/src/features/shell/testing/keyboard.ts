// A keyboard for tests of what keys do. Import it before what binds keys.
import { vi } from 'vitest'

const target = new EventTarget()
class Field {}

class Press extends Event {
  readonly key: string
  readonly code: string
  readonly isComposing = false
  #mods: string[]

  constructor(key: string, code: string, mods: string[]) {
    super('keydown', { bubbles: true, cancelable: true })
    this.key = key
    this.code = code
    this.#mods = mods
  }

  getModifierState(mod: string) {
    return this.#mods.includes(mod)
  }
}

vi.stubGlobal('KeyboardEvent', Press)
vi.stubGlobal('HTMLInputElement', Field)
for (const element of ['HTMLElement', 'HTMLTextAreaElement']) vi.stubGlobal(element, class {})
vi.stubGlobal('addEventListener', target.addEventListener.bind(target))
vi.stubGlobal('removeEventListener', target.removeEventListener.bind(target))

type Struck = { code?: string; mods?: string[]; answered?: boolean; writing?: boolean }

/**
 * Strikes a key. `answered`: by something that lies nearer to it than the window; `writing`: with the cursor in a field. Whether
 * anything answered it.
 */
export function strike(key: string, struck: Struck = {}) {
  const { code = '', mods = [], answered = false, writing = false } = struck
  const press = new Press(key, code, mods)
  if (writing) Object.defineProperty(press, 'target', { value: new Field() })
  if (answered) press.preventDefault()
  target.dispatchEvent(press)
  return press.defaultPrevented
}

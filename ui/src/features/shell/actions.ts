export const modifier = navigator.platform.startsWith('Mac') ? '⌘' : 'Ctrl'

/** Where an action stands in the palette, in the list of keys, and in the window's menu. */
export type Group = 'go' | 'do' | 'view' | 'help'

/** Something that a person can do from wherever they are. */
export type Action = {
  /** Never changes: the palette remembers what was used by it. */
  id: string
  words: string
  group: Group
  /** What else people call it. */
  also?: string
  /** Ways to strike it, as `tinykeys` writes them. The first is shown, and is the menu's. */
  keys?: string[]
  /** Why it cannot be done now. */
  blocked?: string | undefined
  /** In the menu a line stands before it. */
  apart?: boolean
  /** Named in the palette alone: the menu has it in another form, or would be too long. */
  paletteOnly?: boolean
  /** It changes nothing of the screen: a dialog over that does not keep it from being done. */
  aside?: boolean
  run: () => void
}

/** Keys that a list or a field answers by itself: no action stands behind them. */
export type Gesture = { keys: string[]; what: string }

export const groups = ['go', 'do', 'view', 'help'] as const satisfies Group[]

/** What each combination does, for `bindKeys`. */
export function bindings(
  actions: Action[],
  perform: (action: Action) => void,
): Record<string, () => void> {
  return Object.fromEntries(
    actions.flatMap((action) => (action.keys ?? []).map((keys) => [keys, () => perform(action)])),
  )
}

const SHOWN: Record<string, string> = { $mod: modifier }

/** A combination as a person reads it on the keys. */
export function shown(keys: string): string[] {
  const [mods, key] = parts(keys)
  // The question mark is one key to whoever strikes it, wherever it lies.
  const named = key === '?' ? [] : mods
  return [...named, key.replace(/^(Key|Digit)(?=.$)/, '')].map((part) => SHOWN[part] ?? part)
}

/** The same for the system's menu. None where the key types something as well: the page tells by where the cursor is. */
export function accelerator(action: Action): string | null {
  const keys = action.keys?.[0]
  if (!keys) return null
  const [mods, key] = parts(keys)
  if (mods.length === 0 && !/^F\d+$/.test(key)) return null
  if (key === '?') return null
  const named = mods.map((mod) => (mod === '$mod' ? 'CmdOrCtrl' : mod))
  // On the menu's keyboard plus is the key that it is typed with, and a number what is written on it.
  return [...named, key === '+' ? '=' : key.replace(/^Digit/, '')].join('+')
}

function parts(keys: string): [mods: string[], key: string] {
  const all = keys.split(/\b\+/)
  return [all.slice(0, -1), all.at(-1) ?? '']
}

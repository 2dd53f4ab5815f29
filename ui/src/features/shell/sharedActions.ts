import { toast } from 'svelte-sonner'
import { anyOpen } from '$/components/dialogs'
import * as m from '$/i18n/generated/messages'
import { languages } from '$/i18n/languages'
import { asAppError, type Preferences, rust } from '$/platform'
import type { Action } from './actions'
import { over } from './over.svelte'
import { preferences } from './preferences.svelte'
import { recent } from './recent.svelte'
import { status } from './status.svelte'
import { tell } from './tell'
import { themes } from './themes'
import { unsaved } from './unsaved.svelte'

/** Does what Rust may refuse; the words of a refusal stand below, whatever screen is open. */
export async function attempt(work: () => Promise<unknown>) {
  try {
    await work()
  } catch (thrown) {
    tell(asAppError(thrown))
  }
}

/** The same while something lies over the screen: what would change the screen beneath waits until that is closed. */
export function heldBack(actions: Action[]): Action[] {
  if (!anyOpen()) return actions
  return actions.map((action) =>
    action.aside || action.group === 'view' || action.group === 'help'
      ? action
      : { ...action, blocked: action.blocked ?? m.shell_close_first() },
  )
}

/** Runs it, or says why not. */
export function perform(action: Action) {
  if (action.blocked) {
    toast.info(action.blocked)
    return
  }
  action.run()
}

/** The same from the palette, which remembers it. */
export function performAndNote(action: Action) {
  if (!action.blocked) void recent.note(action.id)
  perform(action)
}

const change = (part: Partial<Preferences>) => attempt(() => preferences.change(part))

function looks(): Action[] {
  return [
    ...themes.map(({ value, action }, place) => ({
      id: `theme_${value}`,
      words: action(),
      group: 'view' as const,
      also: m.settings_theme(),
      apart: place === 0,
      run: () => void change({ theme: value }),
    })),
    ...languages.map(({ value, label }, place) => ({
      id: `language_${value}`,
      words: m.shell_language({ language: label }),
      group: 'view' as const,
      also: m.settings_language(),
      apart: place === 0,
      run: () => void change({ language: value }),
    })),
  ]
}

/** What can be done in every window, whoever is there. */
export function sharedActions(): Action[] {
  return [
    {
      id: 'sync_now',
      words: m.sync_now(),
      group: 'do',
      keys: ['$mod+Shift+KeyS'],
      blocked: status.syncing ? m.shell_syncing_already() : undefined,
      aside: true,
      run: () => void status.syncNow(),
    },
    {
      id: 'save_outbox',
      words: m.outbox_save_open(),
      group: 'do',
      blocked: (status.bar?.waiting ?? 0) === 0 ? m.status_none_waiting() : undefined,
      run: () => (over.saving = true),
    },
    {
      id: 'lock',
      words: m.lock_now(),
      group: 'do',
      keys: ['$mod+Shift+KeyL'],
      apart: true,
      aside: true,
      run: () => void attempt(rust.lock),
    },
    {
      id: 'sign_out',
      words: m.sign_out(),
      group: 'do',
      run: () => unsaved.leave(() => void attempt(rust.signOut)),
    },
    {
      id: 'palette',
      words: m.palette_open(),
      group: 'view',
      keys: ['$mod+KeyK'],
      run: () => (over.palette = !over.palette),
    },
    {
      id: 'zoom_in',
      words: m.shell_zoom_in(),
      group: 'view',
      keys: ['$mod++', '$mod+Shift++', '$mod+='],
      apart: true,
      run: () => void attempt(() => rust.zoom('in')),
    },
    {
      id: 'zoom_out',
      words: m.shell_zoom_out(),
      group: 'view',
      keys: ['$mod+-'],
      run: () => void attempt(() => rust.zoom('out')),
    },
    {
      id: 'zoom_reset',
      words: m.shell_zoom_reset(),
      group: 'view',
      keys: ['$mod+Digit0'],
      run: () => void attempt(() => rust.zoom('reset')),
    },
    {
      id: 'full_screen',
      words: m.shell_full_screen(),
      group: 'view',
      keys: ['F11'],
      run: () => void attempt(rust.toggleFullScreen),
    },
    ...looks(),
    {
      id: 'keys',
      words: m.keys_title(),
      group: 'help',
      keys: ['?', 'Shift+?'],
      also: m.keys_help(),
      run: () => (over.keys = true),
    },
    { id: 'support', words: m.support_open(), group: 'help', run: () => (over.support = true) },
    {
      id: 'about',
      words: m.about_title(),
      group: 'help',
      also: m.about_licences(),
      apart: true,
      run: () => (over.about = true),
    },
  ]
}

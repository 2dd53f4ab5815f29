import * as m from '$/i18n/generated/messages'
import { rust } from '$/platform'
import { shift } from '../shift/session.svelte'
import { type Action, accelerator } from './actions'
import { attempt, perform } from './sharedActions'
import { unsaved } from './unsaved.svelte'

let shown = ''

/**
 * Has the window's title and menu show these, in the language that is spoken; and the tray and the notifications what they say of what is not on
 * the screen.
 */
export function showMenu(actions: Action[], screen: string, title: string) {
  const dress = {
    title,
    screen,
    unsaved: unsaved.guard !== null,
    titles: {
      file: m.menu_file(),
      edit: m.menu_edit(),
      view: m.menu_view(),
      go: m.menu_go(),
      help: m.menu_help(),
      undo: m.menu_undo(),
      redo: m.menu_redo(),
      cut: m.menu_cut(),
      copy: m.copy(),
      paste: m.menu_paste(),
      select_all: m.menu_select_all(),
      close: m.menu_close(),
      quit: m.menu_quit(),
    },
    tray: {
      open: m.tray_open(),
      quit: m.menu_quit(),
      online: m.status_online(),
      offline: m.status_offline(),
    },
    entries: actions
      .filter((action) => !action.paletteOnly)
      .map((action) => ({
        id: action.id,
        words: action.words,
        group: action.group,
        accelerator: accelerator(action),
        enabled: !action.blocked && !shift.locked,
        apart: action.apart ?? false,
      })),
    notices: {
      conflicts_title: m.notice_conflicts_title(),
      conflicts_text: m.notice_conflicts_text(),
      refused_title: m.notice_refused_title(),
      refused_text: m.notice_refused_text(),
      failed_title: m.notice_failed_title(),
      failed_text: m.notice_failed_text(),
    },
  }
  // Much of what the actions are made of changes without changing what they say.
  const text = JSON.stringify(dress)
  if (text === shown) return
  shown = text
  rust.dressWindow(dress).catch((reason) => console.error('no menu', reason))
}

/** Runs what was chosen in the menu, if it can still be done. */
export const actionOf = (actions: () => Action[]) => (id: string) => {
  if (shift.locked) return
  // The window was about to go, and holds something that is not saved.
  if (id === 'close_window' || id === 'quit_program') {
    unsaved.leave(() => void attempt(() => rust.leaveWindow(id === 'quit_program')))
    return
  }
  const action = actions().find((known) => known.id === id)
  if (action) perform(action)
}

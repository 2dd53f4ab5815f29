import * as m from '$/i18n/generated/messages'
import type { Action, Gesture } from './actions'
import { type CounterScreen, counter } from './counter.svelte'
import { over } from './over.svelte'
import { sharedActions } from './sharedActions'
import { status } from './status.svelte'

/** The till's screens as they stand at its top. */
export type TillScreen = { id: CounterScreen; label: string }

/** Everything that can be done at the till from anywhere. */
export function counterActions(screens: TillScreen[]): Action[] {
  return [
    ...screens.map(
      ({ id, label }, place): Action => ({
        id: `go_${id}`,
        words: label,
        group: 'go',
        keys: [`$mod+Digit${place + 1}`],
        run: () => counter.go(id),
      }),
    ),
    { id: 'go_scanner', words: m.scanner_title(), group: 'go', run: () => counter.go('scanner') },
    {
      id: 'search',
      words: m.shell_search_templates(),
      group: 'go',
      keys: ['/', 'Shift+/'],
      apart: true,
      run: () => counter.ask('sell', 'search'),
    },
    {
      id: 'switch_person',
      words: m.switch_title(),
      group: 'do',
      keys: ['$mod+Shift+KeyU'],
      run: () => (over.switching = true),
    },
    {
      id: 'enter_training',
      words: m.training_open(),
      group: 'do',
      blocked: status.bar?.training ? m.training_banner() : undefined,
      run: () => (over.training = true),
    },
    ...sharedActions(),
  ]
}

/** What the till's screens answer by themselves. */
export const counterGestures = (): Gesture[] => [
  { keys: ['Enter'], what: m.keys_redeem() },
  { keys: ['Scanner'], what: m.keys_scan() },
  { keys: ['Esc'], what: m.keys_close() },
]

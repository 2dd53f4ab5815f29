import * as m from '$/i18n/generated/messages'
import { type ReportKind, rust } from '$/platform'
import { books } from '../reports/books.svelte'
import { kindWord } from '../reports/words'
import { type Action, type Gesture, modifier } from './actions'
import { office, type Screen } from './office.svelte'
import { attempt, sharedActions } from './sharedActions'
import { status } from './status.svelte'

/** The office's screens as they stand at its edge: those that this person may see. */
export type OfficeScreen = { id: Screen; label: string }

const reports = [
  'liability',
  'activity',
  'ageing',
  'breakage',
  'vat',
  'accounting',
] as const satisfies ReportKind[]

/** Everything that can be done in the office from anywhere. `screens` and `administers` are as Rust told of the person. */
export function officeActions(screens: OfficeScreen[], administers: boolean): Action[] {
  const sees = (id: Screen) => screens.some((screen) => screen.id === id)
  return [
    ...screens.map(
      ({ id, label }, place): Action => ({
        id: `go_${id}`,
        words: label,
        group: 'go',
        ...(place < 9 ? { keys: [`$mod+Digit${place + 1}`] } : {}),
        run: () => office.go(id),
      }),
    ),
    ...(sees('reports')
      ? reports.map(
          (kind): Action => ({
            id: `report_${kind}`,
            words: m.shell_report({ report: kindWord[kind]() }),
            group: 'go',
            paletteOnly: true,
            run: () => office.go('reports', () => (books.kind = kind)),
          }),
        )
      : []),
    ...(sees('vouchers')
      ? [
          {
            id: 'search',
            words: m.shell_search_vouchers(),
            group: 'go' as const,
            keys: ['/', 'Shift+/'],
            apart: true,
            run: () => office.ask('vouchers', 'search'),
          },
        ]
      : []),
    ...(sees('templates')
      ? [
          {
            id: 'new_template',
            words: m.template_new(),
            group: 'do' as const,
            // Where nothing is typed a bare letter is a key, and only on its own screen.
            ...(office.screen === 'templates' ? { keys: ['n'] } : {}),
            run: () => office.ask('templates', 'new_template'),
          },
        ]
      : []),
    { id: 'open_till', words: m.open_till(), group: 'do', run: () => void attempt(rust.openTill) },
    ...(administers
      ? [
          {
            id: 'enrol_device',
            words: m.device_enrol(),
            group: 'do' as const,
            run: () => office.ask('sync', 'enrol_device'),
          },
          {
            id: 'take_in',
            words: m.outbox_take_open(),
            group: 'do' as const,
            run: () => office.ask('sync', 'take_in'),
          },
        ]
      : []),
    ...(sees('sync')
      ? [
          {
            id: 'check_copy',
            words: m.shell_check_copy(),
            group: 'do' as const,
            apart: true,
            blocked: status.bar?.online ? undefined : m.status_offline_hint(),
            run: () => office.ask('sync', 'check_copy'),
          },
        ]
      : []),
    ...sharedActions(),
  ]
}

/** What the office's screens answer by themselves. */
export const officeGestures = (): Gesture[] => [
  { keys: ['↑', '↓'], what: m.keys_rows() },
  { keys: ['Enter'], what: m.keys_open_row() },
  { keys: ['Space'], what: m.keys_choose_row() },
  { keys: [modifier, 'A'], what: m.keys_choose_all() },
  { keys: ['Shift', '↑ ↓'], what: m.keys_choose_range() },
  { keys: ['Shift', 'F10'], what: m.keys_row_menu() },
  { keys: [modifier, 'C'], what: m.keys_copy() },
  { keys: ['Alt', '← →'], what: m.keys_columns() },
  { keys: ['Esc'], what: m.keys_close() },
]

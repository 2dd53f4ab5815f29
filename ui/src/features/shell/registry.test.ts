import { describe, expect, it, vi } from 'vitest'
import type { Action, Gesture } from './actions'

// The registries reach for the window when they are loaded; nothing of it is called here.
const listens = { addEventListener: () => {} }
vi.stubGlobal('navigator', { platform: 'Linux x86_64', languages: ['en-GB'] })
vi.stubGlobal('window', {
  ...listens,
  location: { pathname: '/office.html' },
  matchMedia: () => ({ ...listens, matches: false }),
})
vi.stubGlobal('document', { ...listens, documentElement: { dataset: {} } })
vi.spyOn(console, 'error').mockImplementation(() => {})

const { shown } = await import('./actions')
const { officeActions, officeGestures } = await import('./officeActions')
const { counterActions, counterGestures } = await import('./counterActions')
const { heldBack } = await import('./sharedActions')
const { opened } = await import('$/components/dialogs')

const screens = [
  'vouchers',
  'templates',
  'conflicts',
  'endofday',
  'reports',
  'sync',
  'administration',
  'settings',
] as const
const till = ['redeem', 'sell', 'close'] as const

function office(administers: boolean): Action[] {
  const seen = screens.filter((id) => administers || !['endofday', 'administration'].includes(id))
  return officeActions(
    seen.map((id) => ({ id, label: id })),
    administers,
  )
}

const windows: [string, Action[], Gesture[]][] = [
  ['an admin’s office', office(true), officeGestures()],
  ['the back office', office(false), officeGestures()],
  ['the counter', counterActions(till.map((id) => ({ id, label: id }))), counterGestures()],
]

describe.each(windows)('the registry of %s', (_, actions, gestures) => {
  it('has each action once, with words', () => {
    const ids = actions.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    for (const { id, words } of actions) {
      expect(id).toMatch(/^[a-z0-9_]{1,40}$/)
      expect([id, words.length > 0]).toEqual([id, true])
    }
  })

  it('has no key twice, neither among the actions nor beside what the screens answer', () => {
    const bound = actions.flatMap(({ keys }) => keys ?? [])
    expect(new Set(bound).size).toBe(bound.length)
    const said = [
      ...actions.flatMap(({ keys }) => (keys?.[0] ? [shown(keys[0])] : [])),
      ...gestures.map(({ keys }) => keys),
    ]
    const written = said.map((keys) => keys.join(' '))
    expect(new Set(written).size).toBe(written.length)
  })
})

it.each(windows)('%s changes no screen beneath what lies over it', (_, actions) => {
  const before = heldBack(actions)
  const forget = opened({ close: () => {} })
  const meanwhile = heldBack(actions)
  forget()
  const free = (all: Action[]) => all.filter(({ blocked }) => !blocked).map(({ id }) => id)
  expect(free(meanwhile).filter((id) => /^(go|report|search|new|enrol|sign|open)_?/.test(id))).toEqual([])
  for (const id of ['lock', 'sync_now', 'palette', 'zoom_in']) expect(free(meanwhile)).toContain(id)
  expect(before).toEqual(actions)
  const passing = opened({ close: () => {}, passing: true })
  expect(free(heldBack(actions))).toEqual(free(actions))
  passing()
})

it('offers an admin’s work to admins alone', () => {
  const ids = (actions: Action[]) => actions.map(({ id }) => id)
  for (const id of ['go_administration', 'go_endofday', 'enrol_device', 'take_in']) {
    expect(ids(office(true))).toContain(id)
    expect(ids(office(false))).not.toContain(id)
  }
})

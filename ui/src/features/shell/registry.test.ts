import { describe, expect, it, vi } from 'vitest'
import type { Preferences, Session } from '$/platform'
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
const { administers, screensOf } = await import('./officeScreens')
const { heldBack } = await import('./sharedActions')
const { opened } = await import('$/components/dialogs')

const till = ['redeem', 'sell', 'close'] as const

const person = (role: Session['role'], by_password = true) => ({ role, by_password }) as Session

function office(session: Session): Action[] {
  const seen = screensOf(session).map((id) => ({ id, label: id }))
  return officeActions(seen, administers(session))
}

const windows: [string, Action[], Gesture[]][] = [
  ['an admin’s office', office(person('admin')), officeGestures()],
  ['the back office', office(person('back_office')), officeGestures()],
  ['an office that is closed', office(person('admin', false)), officeGestures()],
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
  expect(
    free(meanwhile).filter((id) => /^(go|report|search|new|enrol|sign|open)_?/.test(id)),
  ).toEqual([])
  for (const id of ['lock', 'sync_now', 'palette', 'zoom_in']) expect(free(meanwhile)).toContain(id)
  expect(before).toEqual(actions)
  const passing = opened({ close: () => {}, passing: true })
  expect(free(heldBack(actions))).toEqual(free(actions))
  passing()
})

it('offers an admin’s work to admins alone', () => {
  const ids = (actions: Action[]) => actions.map(({ id }) => id)
  for (const id of ['go_administration', 'go_endofday', 'enrol_device', 'take_in']) {
    expect(ids(office(person('admin')))).toContain(id)
    expect(ids(office(person('back_office')))).not.toContain(id)
  }
})

it.each(windows)('%s has each theme that there is', (_, actions) => {
  const ids = actions.map(({ id }) => id)
  const every: Preferences['theme'][] = [
    'system',
    'light',
    'dark',
    'contrast_light',
    'contrast_dark',
  ]
  for (const theme of every) expect(ids).toContain(`theme_${theme}`)
})

it('offers nothing that could only refuse: by badge or PIN alone, or at a role of the till', () => {
  for (const session of [person('admin', false), person('back_office', false), person('counter')]) {
    const ids = office(session).map(({ id }) => id)
    const work = /^(go_|report_|search|new_template|enrol_device|take_in|check_copy)/
    expect(ids.filter((id) => work.test(id))).toEqual([])
    expect(ids).toContain('open_till')
  }
})

it('shows the office’s first screen alone until it is known who is there, so that none moves', () => {
  expect(screensOf(null)).toEqual(['vouchers'])
})

import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Session } from '$/platform'
import { ada, play, tellSession } from '$/platform/testing/rust'
import { characterOf, LAYOUTS, type Layout, strokeOf } from '$/scanner/layouts'
import { strike } from './testing/keyboard'

const listens = { addEventListener: () => {} }
vi.stubGlobal('navigator', { platform: 'Linux x86_64', languages: ['en-GB'] })
vi.stubGlobal('matchMedia', () => ({ ...listens, matches: false }))
vi.stubGlobal('location', { pathname: '/office.html' })
vi.stubGlobal('document', { ...listens, documentElement: { dataset: {} } })

const { bindings } = await import('./actions')
const { bindKeys } = await import('./keys')
const { officeActions } = await import('./officeActions')
const { screensOf } = await import('./officeScreens')

const screens = screensOf({ role: 'admin', by_password: true } as Session)
const actions = officeActions(
  screens.map((id) => ({ id, label: id })),
  true,
)
let done: string[] = []
const stop = bindKeys(bindings(actions, ({ id }) => done.push(id)))
afterAll(stop)

beforeEach(async () => {
  play({})
  await tellSession(ada)
})

/** What is done as that physical key is struck on a computer of that layout. */
function struck(layout: Layout, code: string, mods: string[] = []) {
  done = []
  strike(characterOf(layout, code, mods.includes('Shift')) ?? '', { code, mods })
  return done
}

function typed(layout: Layout, character: string) {
  const stroke = strokeOf(layout, character)
  if (!stroke) throw new Error(`no ${character} on ${layout}`)
  return struck(layout, stroke.code, stroke.shift ? ['Shift'] : [])
}

describe.each(LAYOUTS)('on a keyboard that is %s', (layout) => {
  it('the row of numbers goes to the screens, whatever it types', () => {
    for (let place = 1; place <= 9; place++) {
      const screen = `go_${screens[place - 1]}`
      expect([place, struck(layout, `Digit${place}`, ['Control'])]).toEqual([place, [screen]])
    }
  })

  it('a slash searches and a question mark shows the keys, wherever they lie', () => {
    expect(typed(layout, '/')).toEqual(['search'])
    expect(typed(layout, '?')).toEqual(['keys'])
  })

  it('everything can be made larger, smaller and as it was', () => {
    expect(struck(layout, 'NumpadAdd', ['Control'])).toEqual(['zoom_in'])
    expect(struck(layout, 'NumpadSubtract', ['Control'])).toEqual(['zoom_out'])
    expect(struck(layout, 'Digit0', ['Control'])).toEqual(['zoom_reset'])
  })
})

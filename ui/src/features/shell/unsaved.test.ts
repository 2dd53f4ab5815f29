import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ada, play, tellSession } from '$/platform/testing/rust'
import type { Action } from './actions'

const listens = { addEventListener: () => {} }
vi.stubGlobal('navigator', { platform: 'Linux x86_64', languages: ['en-GB'] })
vi.stubGlobal('matchMedia', () => ({ ...listens, matches: false }))
vi.stubGlobal('location', { pathname: '/office.html' })
vi.stubGlobal('document', { ...listens, documentElement: { dataset: {} } })

const { actionOf } = await import('./menu')
const { office } = await import('./office.svelte')
const { sharedActions } = await import('./sharedActions')
const { unsaved } = await import('./unsaved.svelte')
const { updates } = await import('../updates/updates.svelte')

let called: unknown[] = []
/** What the screen was asked, and goes on by. */
let asked: (() => void)[] = []
const chosen = actionOf(() => sharedActions())

beforeEach(async () => {
  called = []
  asked = []
  play({
    sign_out: () => called.push('sign_out'),
    restart_program: () => called.push('restart_program'),
    leave_window: ({ quit }: { quit: boolean }) => called.push(quit ? 'quit' : 'close'),
  })
  await tellSession(ada)
  unsaved.guard = (leave) => asked.push(leave)
})
afterEach(() => {
  unsaved.guard = null
})

const ways: [string, () => void, string][] = [
  ['signing out', () => chosen('sign_out'), 'sign_out'],
  ['closing the window', () => chosen('close_window'), 'close'],
  ['quitting', () => chosen('quit_program'), 'quit'],
  ['starting again', () => updates.restart(), 'restart_program'],
]

describe.each(ways)('%s', (_, leave, command) => {
  it('asks for what is not saved, and goes on once that may be lost', async () => {
    leave()
    await vi.waitFor(() => expect(asked.length).toBe(1))
    expect(called).toEqual([])
    asked[0]?.()
    await vi.waitFor(() => expect(called).toEqual([command]))
  })

  it('asks nothing where all is saved', async () => {
    unsaved.guard = null
    leave()
    await vi.waitFor(() => expect(called).toEqual([command]))
  })
})

it('another screen is open only once what is not saved may be lost', () => {
  office.screen = 'templates'
  office.go('sync')
  expect(office.screen).toBe('templates')
  asked[0]?.()
  expect(office.screen).toBe('sync')
})

it('what is not saved is asked for again where nobody went', async () => {
  play({})
  vi.spyOn(console, 'error').mockImplementation(() => {})
  for (const times of [1, 2]) {
    chosen('close_window')
    expect(asked.length).toBe(times)
    asked.at(-1)?.()
  }
})

it('behind the lock nobody is asked', async () => {
  await tellSession({ ...ada, locked: true })
  chosen('close_window')
  expect(asked).toEqual([])
})

it('the window’s own actions have names of their own', () => {
  const known = sharedActions().map(({ id }: Action) => id)
  for (const own of ['close_window', 'quit_program']) expect(known).not.toContain(own)
})

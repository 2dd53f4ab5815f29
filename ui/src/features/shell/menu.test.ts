import { expect, it, vi } from 'vitest'
import type { Dress } from '$/platform'
import { play } from '$/platform/testing/rust'

const listens = { addEventListener: () => {} }
vi.stubGlobal('navigator', { platform: 'Linux x86_64', languages: ['en-GB'] })
vi.stubGlobal('matchMedia', () => ({ ...listens, matches: false }))
vi.stubGlobal('location', { pathname: '/office.html' })
vi.stubGlobal('document', { ...listens, documentElement: { dataset: {} } })

const { locale } = await import('$/i18n/locale.svelte')
const m = await import('$/i18n/generated/messages')
const { showMenu } = await import('./menu')

it('says what the window is called, and what the tray says, in the language that is spoken', () => {
  const said: Dress[] = []
  play({ dress_window: ({ dress }: { dress: Dress }) => said.push(dress) })
  for (const language of ['en', 'fr'] as const) {
    locale.speak(language)
    for (const _ of [1, 2]) showMenu([], 'vouchers', m.window_office())
  }
  expect(said.map(({ title, tray }) => [title, tray.open, tray.online, tray.offline])).toEqual([
    ['My Beads Box – Office', 'Open My Beads Box', 'Online', 'Offline'],
    ['My Beads Box – Bureau', 'Ouvrir My Beads Box', 'En ligne', 'Hors ligne'],
  ])
})

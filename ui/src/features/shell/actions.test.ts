import { describe, expect, it, vi } from 'vitest'
import type { Action } from './actions'

vi.stubGlobal('navigator', { platform: 'Linux x86_64' })
const { accelerator, bindings, shown } = await import('./actions')

const action = (id: string, keys?: string[]): Action => ({
  id,
  words: id,
  group: 'do',
  ...(keys ? { keys } : {}),
  run: () => {},
})

describe('keys', () => {
  it('are shown as a person strikes them', () => {
    expect(shown('$mod+Shift+KeyS')).toEqual(['Ctrl', 'Shift', 'S'])
    expect(shown('$mod+Digit1')).toEqual(['Ctrl', '1'])
    expect(shown('$mod++')).toEqual(['Ctrl', '+'])
    expect(shown('$mod+-')).toEqual(['Ctrl', '-'])
    expect(shown('Shift+?')).toEqual(['?'])
    expect(shown('F11')).toEqual(['F11'])
  })

  it('are the menu’s where they type nothing', () => {
    const of = (keys: string) => accelerator(action('one', [keys]))
    expect(of('$mod+Shift+KeyS')).toBe('CmdOrCtrl+Shift+KeyS')
    expect(of('$mod++')).toBe('CmdOrCtrl+=')
    expect(of('$mod+Digit1')).toBe('CmdOrCtrl+1')
    expect(of('F11')).toBe('F11')
    for (const typed of ['n', '/', '?', 'Shift+?']) expect(of(typed)).toBeNull()
    expect(accelerator(action('one'))).toBeNull()
  })

  it('do what they stand for, in each way of striking them', () => {
    const done: string[] = []
    const bound = bindings(
      [action('one', ['?', 'Shift+?']), action('two', ['$mod+KeyK'])],
      ({ id }) => done.push(id),
    )
    for (const key of ['Shift+?', '$mod+KeyK', '?']) bound[key]?.()
    expect(done).toEqual(['one', 'two', 'one'])
  })
})

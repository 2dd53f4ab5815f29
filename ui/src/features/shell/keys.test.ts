import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { opened } from '$/components/dialogs'
import { ada, play, tellSession } from '$/platform/testing/rust'
import { bindKeys } from './keys'
import { strike } from './testing/keyboard'

let done: string[] = []
let stop = () => {}

beforeEach(async () => {
  play({})
  await tellSession(ada)
  done = []
  stop = bindKeys({ Escape: () => done.push('left'), '$mod+Digit2': () => done.push('second') })
})
afterEach(() => stop())

describe('a key', () => {
  it('does what it stands for', () => {
    expect(strike('Escape')).toBe(true)
    expect(strike('é', { code: 'Digit2', mods: ['Control'] })).toBe(true)
    expect(done).toEqual(['left', 'second'])
  })

  it('does nothing more where a dialog has answered it', () => {
    strike('Escape', { answered: true })
    expect(done).toEqual([])
  })

  it('that may be meant for what lies over the screen does nothing beneath it', () => {
    const forget = opened({ close: () => {} })
    expect(strike('Escape')).toBe(false)
    expect(strike('é', { code: 'Digit2', mods: ['Control'] })).toBe(true)
    forget()
    strike('Escape')
    expect(done).toEqual(['second', 'left'])
  })

  it('that types nothing does its own while somebody writes', () => {
    stop()
    stop = bindKeys({ Escape: () => done.push('left'), n: () => done.push('new') })
    strike('n', { writing: true })
    strike('Escape', { writing: true })
    expect(done).toEqual(['left'])
  })

  it('does nothing behind the lock', async () => {
    await tellSession({ ...ada, locked: true })
    strike('Escape')
    expect(done).toEqual([])
  })
})

import { expect, it } from 'vitest'
import type { Person } from '$/platform'
import { wayOf } from './way'

const ada: Person = { id: 'ada', name: 'Ada', role: 'admin', has_pin: true, has_badge: false }

it('nobody waits behind the lock for a list that does not come', () => {
  expect(wayOf(null, false, null)).toBeNull()
  expect(wayOf(null, true, null)).toBe('password')
  expect(wayOf([], false, 'pin')).toBe('password')
})

it('whoever has a PIN is asked for it, until they choose otherwise', () => {
  expect(wayOf([ada], false, null)).toBe('pin')
  expect(wayOf([ada], false, 'password')).toBe('password')
  // A list that was there stays in use while the next try fails.
  expect(wayOf([ada], true, null)).toBe('pin')
})

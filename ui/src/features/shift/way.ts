import type { Person } from '$/platform'

export type Way = 'pin' | 'password'

/**
 * How whoever stands there may say who they are, beside a badge; null while it is not known. Where nobody can be listed there is
 * still the password, and with its form the way out of the lock.
 */
export function wayOf(withPin: Person[] | null, failed: boolean, picked: Way | null): Way | null {
  if (!withPin) return failed ? 'password' : null
  return withPin.length === 0 ? 'password' : (picked ?? 'pin')
}

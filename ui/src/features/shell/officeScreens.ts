import type { Session } from '$/platform'
import type { Screen } from './office.svelte'

const worked: Screen[] = [
  'vouchers',
  'templates',
  'issue',
  'import',
  'conflicts',
  'reports',
  'sync',
  'settings',
]
const administered: Screen[] = [...worked, 'endofday', 'mail', 'administration']

/** By badge or PIN alone nobody administers. */
export const administers = (session: Session | null) =>
  session?.role === 'admin' && session.by_password

/**
 * The office's screens that do not refuse this person, in no order. None: they sign in by password first, or go to a till. Until it is known who is there
 * it is the first one alone: no other may be elsewhere a moment later, under somebody's pointer.
 */
export function screensOf(session: Session | null): Screen[] {
  if (!session) return ['vouchers']
  if (!session.by_password || session.role === 'counter') return []
  return administers(session) ? administered : worked
}

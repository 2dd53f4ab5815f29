import { computeCommandScore } from 'bits-ui'
import { fold } from '$/components/fold'
import type { Action } from './actions'

/** How many of those used last stand above the others. */
export const MOST_RECENT = 5

/** Those used last that there are here, the last first. */
export function recentOf(actions: Action[], recent: string[]): Action[] {
  return recent
    .flatMap((id) => actions.find((action) => action.id === id) ?? [])
    .slice(0, MOST_RECENT)
}

/** What fits what was typed, the best first; of two that fit alike the one that was used later. */
export function ranked(actions: Action[], typed: string, recent: string[]): Action[] {
  const wanted = fold(typed).trim()
  const place = (action: Action) => {
    const at = recent.indexOf(action.id)
    return at < 0 ? recent.length : at
  }
  return actions
    .map((action) => ({ action, score: scoreOf(action, wanted) }))
    .filter(({ score }) => score > 0)
    .sort((one, other) => other.score - one.score || place(one.action) - place(other.action))
    .map(({ action }) => action)
}

// Words typed in any order all have to fit, and the worst of them counts: otherwise a long word hides that a short one fits nothing.
function scoreOf({ words, also }: Action, wanted: string): number {
  const scores = wanted
    .split(/\s+/)
    .map((word) => computeCommandScore(fold(words), word, [fold(also ?? '')]))
  const together = computeCommandScore(fold(words), wanted)
  return Math.max(together, Math.min(...scores))
}

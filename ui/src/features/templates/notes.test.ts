import { expect, it } from 'vitest'
import type { HistoryEntry } from '$/platform'
import { notesOf } from './notes'

const entry = (op_id: string, what: HistoryEntry['what']) => ({ op_id, what }) as HistoryEntry

it('shows the notes among all that was done, the newest first, and leaves the history as it is', () => {
  const history = [
    entry('1', 'created'),
    entry('2', 'noted'),
    entry('3', 'edited'),
    entry('4', 'noted'),
  ]
  expect(notesOf(history).map(({ op_id }) => op_id)).toEqual(['4', '2'])
  expect(history.map(({ op_id }) => op_id)).toEqual(['1', '2', '3', '4'])
})

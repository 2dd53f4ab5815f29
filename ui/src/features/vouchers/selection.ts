import type { VoucherFilters, VoucherSelection } from '$/platform'

/** What a list is of: a selection of all that match is of one such question. */
export type Question = { search: string; filters: VoucherFilters }

/** Vouchers that were chosen: one by one, or all that match but for some. Never a list of thousands of ids. */
export type Selection =
  | { kind: 'these'; ids: ReadonlySet<string> }
  | { kind: 'matching'; question: Question; except: ReadonlySet<string> }

export const nothing: Selection = { kind: 'these', ids: new Set() }

/** The most that are chosen one by one. */
export const MOST = 10_000

export const all = (question: Question): Selection => ({
  kind: 'matching',
  question,
  except: new Set(),
})

export const isEmpty = (selection: Selection) =>
  selection.kind === 'these' && selection.ids.size === 0

export const holds = (selection: Selection, id: string) =>
  selection.kind === 'these' ? selection.ids.has(id) : !selection.except.has(id)

function changed(ids: ReadonlySet<string>, change: (ids: Set<string>) => void): Set<string> {
  const copy = new Set(ids)
  change(copy)
  return copy
}

/** With these vouchers, or without them; null where they would be more than are chosen one by one. */
export function put(selection: Selection, ids: string[], chosen: boolean): Selection | null {
  const within = selection.kind === 'these' ? selection.ids : selection.except
  // What is left out of all that match goes the other way round.
  const adds = chosen === (selection.kind === 'these')
  const next = changed(within, (set) => {
    for (const id of ids)
      if (adds) set.add(id)
      else set.delete(id)
  })
  if (next.size > MOST) return null
  return selection.kind === 'these' ? { kind: 'these', ids: next } : { ...selection, except: next }
}

export const toggle = (selection: Selection, id: string) =>
  put(selection, [id], !holds(selection, id))

const same = (one: Question, other: Question) =>
  one.search === other.search && JSON.stringify(one.filters) === JSON.stringify(other.filters)

/** What is left of it when the list is of another question: all that matched were of the one before. */
export const kept = (selection: Selection, question: Question): Selection =>
  selection.kind === 'matching' && !same(selection.question, question) ? nothing : selection

/** As Rust takes it. */
export function asked(selection: Selection): VoucherSelection {
  if (selection.kind === 'these') return { kind: 'these', ids: [...selection.ids] }
  return { kind: 'matching', ...selection.question, except: [...selection.except] }
}

/** How many they are, where that is known without asking. */
export function countOf(selection: Selection, total: number | null): number | null {
  if (selection.kind === 'these') return selection.ids.size
  return total === null ? null : Math.max(0, total - selection.except.size)
}

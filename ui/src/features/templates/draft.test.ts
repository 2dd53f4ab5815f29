import { beforeEach, describe, expect, it } from 'vitest'
import type { SaveTemplate, TemplateDetail, TemplateForm } from '$/platform'
import { error, later, play } from '$/platform/testing/rust'
import { TemplateDraft } from './draft.svelte'

const form: TemplateForm = {
  title: 'Massage',
  description: '',
  price: '49.00',
  currency: 'EUR',
  validity_months: 12,
  vat: { kind: 'single_purpose', rate_basis_points: 2000 },
}

function kept(more: Partial<TemplateForm> = {}, version = 1, archived = false) {
  return {
    row: { id: 'one', version, archived },
    form: { ...form, ...more },
    history: [],
    history_complete: true,
    may_edit: true,
  } as unknown as TemplateDetail
}

let draft: TemplateDraft

async function open() {
  play({ template_detail: () => kept() })
  draft = new TemplateDraft('one', null)
  await draft.load()
}

const shows = () => [draft.typed.title, draft.dirty, draft.basedOn]

beforeEach(open)

describe('what is typed into a template', () => {
  it('outlives its archiving, and can be saved after it', async () => {
    play({ archive_template: () => kept({}, 1, true) })
    draft.typed.title = 'Long massage'
    await draft.archive(true)
    expect(draft.detail?.row.archived).toBe(true)
    expect(shows()).toEqual(['Long massage', true, 1])
  })

  it('is still told of what another one wrote before it was archived', async () => {
    play({ archive_template: () => kept({ title: 'Theirs' }, 2, true) })
    draft.typed.title = 'Mine'
    await draft.archive(true)
    expect(shows()).toEqual(['Mine', true, 1])
  })

  it('while it is being saved is not yet saved', async () => {
    const slow = later<TemplateDetail>()
    const sent: SaveTemplate[] = []
    play({
      save_template: ({ save }: { save: SaveTemplate }) => {
        sent.push(save)
        return slow.promise
      },
    })
    draft.typed.title = 'Long'
    const saving = draft.save(draft.basedOn)
    draft.typed.title = 'Long massage'
    slow.answer(kept({ title: 'Long' }, 2))
    await saving
    expect(sent.map(({ form, based_on }) => [form.title, based_on])).toEqual([['Long', 1]])
    expect(shows()).toEqual(['Long massage', true, 2])
    expect(draft.saved.title).toBe('Long')
  })

  it('is as Rust keeps it once it is saved', async () => {
    play({ save_template: () => kept({ title: 'Long massage' }, 2) })
    draft.typed.title = ' Long massage '
    await draft.save(draft.basedOn)
    expect(shows()).toEqual(['Long massage', false, 2])
  })

  it('stays where saving failed', async () => {
    play({
      save_template: () => {
        throw error('disk_full')
      },
    })
    draft.typed.title = 'Long massage'
    expect(await draft.save(draft.basedOn)).toBeNull()
    expect(draft.asking.failure?.code).toBe('disk_full')
    expect(shows()).toEqual(['Long massage', true, 1])
  })

  it('is kept as what another one wrote arrives; where nothing is typed, that is shown', async () => {
    play({ template_detail: () => kept({ title: 'Theirs' }, 2) })
    draft.typed.title = 'Mine'
    await draft.load()
    expect(shows()).toEqual(['Mine', true, 1])
    draft.typed.title = 'Massage'
    await draft.load()
    expect(shows()).toEqual(['Theirs', false, 2])
  })

  it('and saved is not undone by an answer that was asked for before', async () => {
    const slow = later<TemplateDetail>()
    play({ template_detail: () => slow.promise, save_template: () => kept({ title: 'Mine' }, 2) })
    const loading = draft.load()
    draft.typed.title = 'Mine'
    await draft.save(draft.basedOn)
    slow.answer(kept())
    await loading
    expect(shows()).toEqual(['Mine', false, 2])
  })
})

describe('a new template', () => {
  it('begins dirty as a copy, and has its own id once it is saved', async () => {
    const copy = { ...draft.typed, title: 'Massage (copy)' }
    draft = new TemplateDraft(null, copy)
    expect(draft.dirty).toBe(true)
    play({ save_template: () => kept({ title: 'Massage (copy)' }) })
    await draft.save(null)
    expect([draft.id, ...shows()]).toEqual(['one', 'Massage (copy)', false, 1])
  })

  it('says which fields are no numbers, and asks nothing', async () => {
    draft = new TemplateDraft(null, { ...draft.typed, months: 'a year' })
    expect(await draft.save(null)).toBeNull()
    expect(draft.bad).toEqual(['validity_months'])
  })
})

import { beforeEach, describe, expect, it } from 'vitest'
import type { MailLanguage, MailSetup, MailText } from '$/platform'
import { later, play } from '$/platform/testing/rust'
import { draft } from './draft.svelte'

const text = (language: MailLanguage, subject: string, row_version: number) =>
  ({
    kind: 'voucher',
    language,
    subject,
    body: 'Dear {{ buyer }}',
    own: true,
    row_version,
  }) as MailText

const setup = (subject: string, row_version: number) =>
  ({ texts: [text('en', subject, row_version), text('fr', 'Votre bon', 1)] }) as MailSetup

beforeEach(() => {
  play({ preview_mail: () => new Promise(() => {}) })
  draft.open(setup('Your voucher', 1), 'voucher', 'en')
})

function saving() {
  const answer = later<MailSetup>()
  play({ set_mail_text: () => answer.promise, preview_mail: () => new Promise(() => {}) })
  draft.subject = 'Beads'
  return { done: draft.save(false), answer }
}

describe('a text while it is saved', () => {
  it('is kept as it was sent', async () => {
    const { done, answer } = saving()
    answer.answer(setup('Beads', 2))
    await done
    expect([draft.subject, draft.changed, draft.saved]).toEqual(['Beads', false, true])
  })

  it('takes what is typed meanwhile for the next version', async () => {
    const { done, answer } = saving()
    draft.subject = 'Beads for you'
    answer.answer(setup('Beads', 2))
    await done
    expect([draft.subject, draft.changed, draft.saved]).toEqual(['Beads for you', true, false])
    expect(draft.kept?.row_version).toBe(2)
  })

  it('does not come back where another was opened meanwhile', async () => {
    const { done, answer } = saving()
    draft.open(setup('Your voucher', 1), 'voucher', 'fr')
    answer.answer(setup('Beads', 2))
    await done
    expect([draft.language, draft.subject, draft.changed]).toEqual(['fr', 'Votre bon', false])
  })
})

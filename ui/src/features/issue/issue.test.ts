import { beforeEach, describe, expect, it } from 'vitest'
import type { BatchMail, IssueCheck, IssueForm } from '$/platform'
import { play } from '$/platform/testing/rust'
import { Issue } from './issue.svelte'

let issued: IssueForm[] = []
let mail: BatchMail | null = null

beforeEach(() => {
  issued = []
  play({
    check_issue: () => ({ batch_id: 'one', good: 3, mail }) as unknown as IssueCheck,
    issue_batch: ({ form }: { form: IssueForm }) => {
      issued.push(form)
      return { id: 'one' }
    },
    close_sheet: () => null,
  })
})

async function confirmed(choose?: boolean) {
  const issue = new Issue()
  await issue.look()
  if (choose !== undefined) issue.mail = choose
  await issue.confirm()
  return issued.map((form) => form.mail)
}

describe('the mails of a batch', () => {
  it('go or stay as Rust says, until somebody chooses', async () => {
    mail = { addresses: 1, by_itself: true }
    expect(await confirmed()).toEqual([true])
    mail = { addresses: 40, by_itself: false }
    expect(await confirmed()).toEqual([true, false])
    expect(await confirmed(true)).toEqual([true, false, true])
  })

  it('are not asked about where nobody could get one', async () => {
    mail = null
    expect(await confirmed(true)).toEqual([null])
  })

  it('are asked about again where something else is looked at', async () => {
    mail = { addresses: 1, by_itself: true }
    const issue = new Issue()
    await issue.look()
    issue.mail = false
    mail = { addresses: 40, by_itself: false }
    await issue.look()
    issue.mail = true
    issue.changed()
    mail = { addresses: 40, by_itself: false }
    await issue.look()
    await issue.confirm()
    expect(issued.map((form) => form.mail)).toEqual([false])
  })
})

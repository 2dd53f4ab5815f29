import { beforeEach, expect, it } from 'vitest'
import type { FailedJobs } from '$/platform'
import { error, later, play } from '$/platform/testing/rust'
import { failed } from './failed.svelte'

const jobs = (total: number): FailedJobs => ({ total, waiting: 0, jobs: [], again: [] })

beforeEach(() => {
  failed.take(jobs(3))
})

it('is told as done where only the list cannot be read after it', async () => {
  const asked: unknown[] = []
  play({
    try_jobs_again: (args: { trouble: string | null }) => {
      asked.push(args.trouble)
      return null
    },
    failed_jobs: () => Promise.reject(error('offline')),
  })
  await failed.tryAllAgain('unreachable')
  expect([asked, failed.failure?.code, failed.count]).toEqual([['unreachable'], 'offline', 3])
})

it('is told as failed where it was not done', async () => {
  play({ try_jobs_again: () => Promise.reject(error('offline')), failed_jobs: () => jobs(0) })
  await expect(failed.tryAllAgain(null)).rejects.toMatchObject({ error: { code: 'offline' } })
})

it('is not taken back by a list that was asked for before', async () => {
  const before = later<FailedJobs>()
  play({ failed_jobs: () => before.promise })
  const loading = failed.load()
  play({ decide_job: () => null, failed_jobs: () => jobs(2) })
  await failed.decide('one', true)
  before.answer(jobs(3))
  await loading
  expect(failed.count).toBe(2)
})

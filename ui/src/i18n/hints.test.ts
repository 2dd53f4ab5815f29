import { expect, it, vi } from 'vitest'
import { hint } from './hints'

// The words ask which language the system speaks.
vi.hoisted(() => {
  Object.assign(globalThis, {
    navigator: { languages: ['en-GB'] },
    window: { addEventListener: () => {} },
  })
})

it('each thing that the engine objects to has words of ours', () => {
  const wrong = (what: Partial<ValidityState>) =>
    hint({ validity: what as ValidityState, min: '1', max: '120' })
  expect([
    wrong({ valueMissing: true }),
    wrong({ badInput: true }),
    wrong({ stepMismatch: true }),
    wrong({ rangeUnderflow: true }),
    wrong({ rangeOverflow: true }),
    wrong({}),
  ]).toEqual(['Needed', 'Not a number', 'Not a number', 'At least 1', 'At most 120', ''])
})

import { describe, expect, it } from 'vitest'
import type { Action } from './actions'
import { ranked, recentOf } from './ranking'

const action = (words: string, also?: string): Action => ({
  id: words.toLowerCase().replaceAll(' ', '_'),
  words,
  group: 'go',
  ...(also ? { also } : {}),
  run: () => {},
})

const all = [
  action('Vouchers'),
  action('Voucher templates'),
  action('Conflicts'),
  action('End of day'),
  action('Équipe'),
  action('Thème sombre'),
  action('Sync now', 'Synchroniser'),
]
const words = (found: Action[]) => found.map((one) => one.words)

describe('the palette', () => {
  it('finds by the beginnings of words, in any order, without case and accents', () => {
    expect(words(ranked(all, 'VOUCH', []))[0]).toBe('Vouchers')
    expect(words(ranked(all, 'equi', []))[0]).toBe('Équipe')
    expect(words(ranked(all, 'théme SOMBRÉ', []))[0]).toBe('Thème sombre')
    expect(words(ranked(all, 'day end', []))[0]).toBe('End of day')
  })

  it('finds by what else it is called, and by letters that are not all there', () => {
    expect(words(ranked(all, 'synchron', []))).toEqual(['Sync now'])
    expect(words(ranked(all, 'vt', []))[0]).toBe('Voucher templates')
  })

  it('finds nothing where a word fits nothing', () => {
    expect(ranked(all, 'vouchers zzz', [])).toEqual([])
    expect(ranked(all, 'q9', [])).toEqual([])
  })

  it('puts what was used later before what fits as well', () => {
    const twins = [action('Report one'), action('Report two')]
    expect(words(ranked(twins, 'report', []))).toEqual(['Report one', 'Report two'])
    expect(words(ranked(twins, 'report', ['report_two']))).toEqual(['Report two', 'Report one'])
  })

  it('has what was used last above the others, and only what there is', () => {
    const recent = [
      'conflicts',
      'gone',
      'vouchers',
      'sync_now',
      'équipe',
      'end_of_day',
      'thème_sombre',
    ]
    expect(words(recentOf(all, recent))).toEqual([
      'Conflicts',
      'Vouchers',
      'Sync now',
      'Équipe',
      'End of day',
    ])
  })
})

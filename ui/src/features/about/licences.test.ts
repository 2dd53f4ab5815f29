import { describe, expect, it } from 'vitest'
import { found, type Licence } from './licences'

const one = (name: string, licence: string): Licence => ({
  name,
  version: '1.2.3',
  licence,
  from: 'rust',
  texts: [],
})

describe('the licences', () => {
  it('are found by name, version and licence, in any order', () => {
    const all = [
      one('tokio', 'MIT'),
      one('tokio-util', 'MIT OR Apache-2.0'),
      one('serde', 'Apache-2.0'),
    ]
    expect(found(all, 'TOKIO').map(({ name }) => name)).toEqual(['tokio', 'tokio-util'])
    expect(found(all, 'apache tokio').map(({ name }) => name)).toEqual(['tokio-util'])
    expect(found(all, '1.2.3')).toHaveLength(3)
    expect(found(all, ' ')).toHaveLength(3)
    expect(found(all, 'zlib')).toEqual([])
  })
})

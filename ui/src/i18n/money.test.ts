import { describe, expect, it } from 'vitest'
import { decimal, formatMoney, typedMinor } from './money'

const plain = (text: string) => text.replace(/[\u00a0\u202f]/g, ' ')

describe('money', () => {
  it('places the point by the exponent of the currency', () => {
    expect(decimal(1234, 2)).toBe('12.34')
    expect(decimal(5, 2)).toBe('0.05')
    expect(decimal(-5, 3)).toBe('-0.005')
    expect(decimal(980, 0)).toBe('980')
  })

  it('is written by the reader’s locale', () => {
    expect(plain(formatMoney({ minor: 123456, currency: 'EUR', exponent: 2 }, 'fr-FR'))).toBe(
      '1 234,56 €',
    )
    expect(formatMoney({ minor: 9876, currency: 'USD', exponent: 2 }, 'en-US')).toBe('$98.76')
    expect(plain(formatMoney({ minor: 1500, currency: 'BHD', exponent: 3 }, 'en-GB'))).toBe(
      'BHD 1.500',
    )
  })

  it('keeps every digit of an amount that a float would round', () => {
    expect(formatMoney({ minor: 9007199254740991, currency: 'EUR', exponent: 2 }, 'en-IE')).toBe(
      '€90,071,992,547,409.91',
    )
  })

  it('reads what is typed in either manner', () => {
    expect(typedMinor('41,36', 2)).toBe(4136)
    expect(typedMinor('1 234.5', 2)).toBe(123450)
    expect(typedMinor('980', 0)).toBe(980)
    expect(typedMinor('1.234', 2)).toBeNull()
    expect(typedMinor('-1', 2)).toBeNull()
    expect(typedMinor('', 2)).toBeNull()
  })
})

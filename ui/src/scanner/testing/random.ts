import { checkSymbol } from '../code'

/** Numbers that come again the same way for the same seed (mulberry32). */
export class Random {
  constructor(private seed: number) {}

  /** At least 0, below 1. */
  next(): number {
    this.seed = (this.seed + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.seed ^ (this.seed >>> 15), 1 | this.seed)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }

  below(limit: number): number {
    return Math.floor(this.next() * limit)
  }

  of<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T
  }

  /** With that median, and a long tail, as the pauses of hands have it. */
  pause(median: number, spread: number): number {
    const normal = Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next())
    return median * Math.exp(spread * normal)
  }

  code(): string {
    const symbols = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
    const twelve = Array.from({ length: 12 }, () => this.of([...symbols])).join('')
    return twelve + checkSymbol(twelve)
  }

  /** Shaped like a signed code: random bytes in base45. */
  signedCode(bytes: number): string {
    const base45 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:'
    let text = 'MBB1:'
    for (let at = 0; at < bytes; at += 2) {
      const whole = at + 1 < bytes
      let value = this.below(whole ? 65536 : 256)
      for (let symbol = 0; symbol < (whole ? 3 : 2); symbol++) {
        text += base45.charAt(value % 45)
        value = Math.floor(value / 45)
      }
    }
    return text
  }
}

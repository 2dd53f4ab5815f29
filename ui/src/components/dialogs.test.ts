import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const source = new URL('..', import.meta.url)
const pages = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((path) =>
  path.endsWith('.svelte'),
)
const textOf = (path: string) => readFileSync(new URL(path.replaceAll('\\', '/'), source), 'utf8')

// They hold the keyboard for as long as they are open: whoever uses one has it closed by the lock.
const holding = /import \{[^}]*\b(DropdownMenu|Popover)\b[^}]*\} from 'bits-ui'/

describe('what holds the keyboard', () => {
  it('gives it up as the screens are locked', () => {
    const users = pages.filter((path) => holding.test(textOf(path)))
    expect(users.length).toBeGreaterThan(0)
    expect(users.filter((path) => !textOf(path).includes('opened({'))).toEqual([])
  })
})

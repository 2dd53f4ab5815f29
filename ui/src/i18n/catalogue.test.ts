import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

type Catalogue = Record<string, unknown>

const here = import.meta.dirname
const bindings = readFileSync(join(here, '../bindings/commands.ts'), 'utf8')
  .replace(/\/\*.*?\*\//gs, '')
  .replace(/^\s*\/\/.*$/gm, '')

function read(locale: string): Catalogue {
  const folder = join(here, 'messages', locale)
  const all: Catalogue = {}
  for (const file of readdirSync(folder)) {
    Object.assign(all, JSON.parse(readFileSync(join(folder, file), 'utf8')))
  }
  delete all.$schema
  return all
}

const en = read('en')
const fr = read('fr')

function placeholders(message: unknown): string[] {
  const found = JSON.stringify(message).match(/\{(\w+)\}/g) ?? []
  return [...new Set(found)].sort()
}

/** The values of a union of strings in the generated types, in whatever layout it is written. */
function unionOf(name: string): string[] {
  const body = new RegExp(`export type ${name} =([^;]*?)(?:;|\\nexport)`).exec(bindings)?.[1] ?? ''
  return [...body.matchAll(/["'](\w+)["']/g)].map((match) => match[1] as string)
}

describe('the catalogue', () => {
  it('has the same messages in both languages', () => {
    expect(Object.keys(fr).sort()).toEqual(Object.keys(en).sort())
  })

  it('asks for the same facts in both languages', () => {
    for (const key of Object.keys(en)) {
      expect([key, placeholders(fr[key])]).toEqual([key, placeholders(en[key])])
    }
  })

  it('leaves no message empty', () => {
    for (const [key, message] of [...Object.entries(en), ...Object.entries(fr)]) {
      expect([key, JSON.stringify(message).length > 2]).toEqual([key, true])
    }
  })

  it('has the three sentences of every error code', () => {
    const codes = unionOf('ErrorCode')
    expect(codes.length).toBeGreaterThan(30)
    for (const code of codes) {
      for (const part of ['title', 'meaning', 'todo'])
        expect(en).toHaveProperty(`error_${code}_${part}`)
    }
  })

  it('has the three sentences of every status a voucher can be refused for', () => {
    for (const status of unionOf('VoucherStatus')) {
      for (const part of ['title', 'text', 'todo']) {
        expect(en).toHaveProperty(`refusal_status_${status}_${part}`)
      }
    }
  })

  it('has the sentences of every kind of refusal', () => {
    const body = /export type Refusal =([\s\S]*?);\s*\n(?:export|\n|\/)/.exec(bindings)?.[1] ?? ''
    const kinds = [...body.matchAll(/kind["']?: ["'](\w+)["']/g)].map((match) => match[1])
    expect(kinds.length).toBeGreaterThan(10)
    for (const kind of kinds.filter((one) => one !== 'status_is')) {
      expect(en).toHaveProperty(`refusal_${kind}_title`)
      expect(en).toHaveProperty(`refusal_${kind}_todo`)
    }
  })

  it('keeps French double punctuation on the line of its word', () => {
    for (const [key, message] of Object.entries(fr)) {
      const text = JSON.stringify(Array.isArray(message) ? message[0].match : message)
      const plain = Array.isArray(message) ? text.replace(/"[^"]*":/g, '') : text
      expect([key, / [;:!?»]|« /.test(plain)]).toEqual([key, false])
    }
  })
})

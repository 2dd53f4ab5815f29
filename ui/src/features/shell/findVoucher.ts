import * as m from '$/i18n/generated/messages'
import { statusWord } from '$/i18n/words'
import { rust } from '$/platform'
import { counter } from './counter.svelte'
import { office } from './office.svelte'

/** What the palette says of a typed code, and what Enter on it does. */
export type CodeLine = { words: string; note: string; run: (() => void) | null }

// Below, no code is long enough to be looked for.
const SHORTEST = 10

/** Something that may be a code: nothing that has spaces between words, and no shorter. */
export function mayBeCode(typed: string): boolean {
  return typed.replaceAll(/[\s-]/g, '').length >= SHORTEST
}

/** The voucher of a typed code, as the office has it. */
export async function findVoucher(typed: string): Promise<CodeLine | null> {
  const found = await rust.findVoucher(typed)
  switch (found.kind) {
    case 'found': {
      const { id, code, title, status } = found
      return {
        words: m.palette_voucher({ code }),
        note: `${title} · ${statusWord(status)}`,
        run: () => office.openVoucher(id),
      }
    }
    case 'unknown':
      return { words: found.code, note: m.palette_unknown(), run: null }
    case 'mistyped':
      return { words: found.code, note: m.check_mistyped(), run: null }
    case 'not_a_code':
      return null
  }
}

/** A typed code at the till: it goes into the field of the redeem screen, and a person sends it. */
export async function readCode(typed: string): Promise<CodeLine | null> {
  const { state, shown } = await rust.checkCode(typed)
  if (state === 'mistyped') return { words: shown, note: m.check_mistyped(), run: null }
  if (state !== 'well_formed') return null
  return {
    words: m.palette_voucher({ code: shown }),
    note: m.palette_to_redeem(),
    run: () => counter.handOver(shown),
  }
}

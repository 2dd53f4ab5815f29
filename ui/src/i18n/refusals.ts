import type { Refusal } from '../platform'
import { personOf, shopOf } from './facts'
import { day, moment } from './format'
import * as m from './generated/messages'
import { lookup } from './lookup'
import { roleWord } from './words'

export type Words = { title: string; meaning: string; todo: string }

// What the words of each kind are told; the kinds without an entry need nothing.
function factsOf(refusal: Refusal): Record<string, string> {
  switch (refusal.kind) {
    case 'status_is': {
      const { since } = refusal
      return { shop: shopOf(since), when: moment(since.at), staff: personOf(since) }
    }
    case 'expired':
      return { date: day(refusal.expires_on) }
    case 'not_later':
      return { date: day(refusal.expires_on) }
    case 'not_permitted':
      return { role: roleWord(refusal.role) }
    case 'over_limit':
      return { value: refusal.value }
    case 'home_shop_only':
      return { shop: refusal.shop }
    case 'too_late_to_undo':
      return { minutes: String(refusal.minutes) }
    case 'stale_template':
      return { based: String(refusal.based_on), current: String(refusal.current_version) }
    case 'not_accepted':
      return { reason: refusal.reason }
    case 'other':
      return { code: refusal.code }
    default:
      return {}
  }
}

function keysOf(refusal: Refusal): [title: string, text: string, todo: string] {
  const key =
    refusal.kind === 'status_is' ? `refusal_status_${refusal.status}` : `refusal_${refusal.kind}`
  const text = refusal.kind === 'over_limit' ? `${key}_${refusal.limit}_text` : `${key}_text`
  return [`${key}_title`, text, `${key}_todo`]
}

/** What the rules refused, in words: what happened, what it means, what to do. */
export function refusalWords(refusal: Refusal): Words {
  const facts = factsOf(refusal)
  const [title, text, todo] = keysOf(refusal)
  return {
    title: lookup(title, facts) ?? m.refusal_other_title(),
    meaning: lookup(text, facts) ?? m.refusal_other_text({ code: refusal.kind }),
    todo: lookup(todo, facts) ?? m.refusal_other_todo(),
  }
}

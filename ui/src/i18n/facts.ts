import type { Fact } from '../platform'
import { moment } from './format'
import * as m from './generated/messages'

export const shopOf = (fact: Fact) => fact.shop || m.unknown_shop()
/** What nobody did at a device. */
const byItself = (fact: Fact) =>
  fact.on_shop_page ? m.the_shop_page() : fact.by_server ? m.the_server() : null
export const personOf = (fact: Fact) => byItself(fact) ?? (fact.staff || m.unknown_person())
export const deviceOf = (fact: Fact) => byItself(fact) ?? (fact.device || m.unknown_device())

/** "Lyon, 2 Mar 2026, 14:05, by Anna". */
export const factLine = (fact: Fact) =>
  m.fact_line({ shop: shopOf(fact), when: moment(fact.at), staff: personOf(fact) })

/** The rows of a fact for a list of facts. */
export const factItems = (fact: Fact) => [
  { label: m.fact_where(), value: shopOf(fact) },
  { label: m.fact_when(), value: moment(fact.at) },
  { label: m.fact_who(), value: personOf(fact) },
  { label: m.fact_device(), value: deviceOf(fact) },
]

import type { Fact } from '../platform'
import { moment } from './format'
import * as m from './generated/messages'

export const shopOf = (fact: Fact) => fact.shop || m.unknown_shop()
export const personOf = (fact: Fact) =>
  fact.by_server ? m.the_server() : fact.staff || m.unknown_person()
export const deviceOf = (fact: Fact) =>
  fact.by_server ? m.the_server() : fact.device || m.unknown_device()

/** "Lyon, 2 Mar 2026, 14:05, by Anna". */
export const factLine = (fact: Fact, staff = personOf(fact)) =>
  m.fact_line({ shop: shopOf(fact), when: moment(fact.at), staff })

/** The rows of a fact for a list of facts. */
export const factItems = (fact: Fact) => [
  { label: m.fact_where(), value: shopOf(fact) },
  { label: m.fact_when(), value: moment(fact.at) },
  { label: m.fact_who(), value: personOf(fact) },
  { label: m.fact_device(), value: deviceOf(fact) },
]

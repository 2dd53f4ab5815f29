import { asTyped } from '$/i18n/format'
import type { Limits } from '$/platform'

/** A copy of limits to be changed, its amounts as this reader types them. */
export const typedLimits = (limits: Limits): Limits => ({
  ...limits,
  highest_value: asTyped(limits.highest_value),
  most_value: asTyped(limits.most_value),
})

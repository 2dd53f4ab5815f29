import * as m from '$/i18n/generated/messages'
import type { Group } from './actions'

export const groupWord = (group: Group) =>
  ({ go: m.group_go, do: m.group_do, view: m.group_view, help: m.group_help })[group]()

import Archive from '@lucide/svelte/icons/archive'
import Store from '@lucide/svelte/icons/store'
import * as m from '$/i18n/generated/messages'

export const templateLook = (archived: boolean) =>
  archived
    ? { tone: 'slate' as const, icon: Archive, word: m.template_archived }
    : { tone: 'green' as const, icon: Store, word: m.template_on_sale }

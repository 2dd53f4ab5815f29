import Banknote from '@lucide/svelte/icons/banknote'
import CreditCard from '@lucide/svelte/icons/credit-card'
import Wallet from '@lucide/svelte/icons/wallet'
import * as m from '$/i18n/generated/messages'

/** How a sale may be paid at a counter. */
export const paymentChoices = () => [
  { value: 'cash' as const, label: m.payment_cash(), icon: Banknote },
  { value: 'card_terminal' as const, label: m.payment_card_terminal(), icon: CreditCard },
  { value: 'other' as const, label: m.payment_other(), icon: Wallet },
]

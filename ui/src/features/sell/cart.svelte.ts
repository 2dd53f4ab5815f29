import type { Money, SaleLine, TemplateCard } from '$/platform'

/** So many vouchers alike, for the same recipient. */
export type Line = {
  key: number
  template: TemplateCard
  quantity: number
  recipient: string
  message: string
}

/** What is about to be sold in one go. */
export class Cart {
  lines = $state<Line[]>([])
  private nextKey = 0

  get count(): number {
    return this.lines.reduce((sum, line) => sum + line.quantity, 0)
  }

  /** None while the lines have several currencies: Rust refuses that sale. */
  get total(): Money | null {
    const first = this.lines[0]?.template.price
    if (!first || this.lines.some((line) => line.template.price.currency !== first.currency))
      return null
    const minor = this.lines.reduce(
      (sum, line) => sum + line.template.price.minor * line.quantity,
      0,
    )
    return { ...first, minor }
  }

  /** One more of that template: another of the same kind, or a line of its own beside one that is for somebody. */
  add(template: TemplateCard) {
    const same = this.lines.find(
      (line) => line.template.id === template.id && !line.recipient && !line.message,
    )
    if (same) same.quantity += 1
    else this.lines.push({ key: this.nextKey++, template, quantity: 1, recipient: '', message: '' })
  }

  remove(line: Line) {
    this.lines = this.lines.filter((one) => one.key !== line.key)
  }

  clear() {
    this.lines = []
  }

  countOf(template: string): number {
    return this.lines.reduce(
      (sum, line) => (line.template.id === template ? sum + line.quantity : sum),
      0,
    )
  }

  /** A template that was edited meanwhile is sold as it is now; one that was archived is not. */
  refresh(templates: TemplateCard[]) {
    this.lines = this.lines.flatMap((line) => {
      const template = templates.find((one) => one.id === line.template.id)
      return template ? [{ ...line, template }] : []
    })
  }

  form(): SaleLine[] {
    return this.lines.map(({ template, quantity, recipient, message }) => ({
      template_id: template.id,
      quantity,
      recipient,
      message,
    }))
  }
}

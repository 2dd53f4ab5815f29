import { toast } from 'svelte-sonner'
import * as m from '$/i18n/generated/messages'
import { Attempt, rust, type TemplateDetail } from '$/platform'
import { blank, formFrom, type Typed, typedFrom } from './form'

const same = (one: Typed, other: Typed) => JSON.stringify(one) === JSON.stringify(other)

/** A template that is being written: as it is typed, and as it was saved last. */
export class TemplateDraft {
  /** None until it is saved for the first time. */
  id = $state.raw<string | null>(null)
  detail = $state.raw<TemplateDetail | null>(null)
  typed = $state<Typed>({ ...blank })
  saved = $state.raw<Typed>({ ...blank })
  /** The version that the next save changes. */
  basedOn = $state<number | null>(null)
  /** What was asked last: to save it, or to take it off sale or put it back. */
  readonly asking = new Attempt()
  /** The fields that are no numbers. */
  bad = $state.raw<string[]>([])

  /** Grows with whatever changes it: an answer that was asked for before is of no use. */
  #turn = 0

  readonly dirty = $derived(!same(this.typed, this.saved))
  readonly form = $derived(formFrom(this.typed))

  /** `start`: what a new one begins with. */
  constructor(id: string | null, start: Typed | null) {
    this.id = id
    this.typed = { ...(start ?? blank) }
  }

  /** Reads it as it is kept. Throws what Rust says. */
  async load() {
    if (this.id === null) return
    const turn = this.#turn
    const next = await rust.templateDetail(this.id)
    // What somebody has begun to type meanwhile stays, and so does the version that it changes.
    if (turn === this.#turn && !(this.detail && this.dirty)) this.#take(next)
  }

  /** `basedOn`: what this is to change; more than was read, where a person has seen what another one wrote. */
  async save(basedOn: number | null) {
    const { form } = this
    this.bad = 'bad' in form ? form.bad : []
    if ('bad' in form) return null
    const sent = { ...this.typed }
    const done = await this.#ask(() =>
      rust.saveTemplate({ id: this.id, based_on: basedOn, form: form.form }),
    )
    if (!done) return null
    // What was typed while it was being saved is typed, and not yet saved.
    if (same(this.typed, sent)) this.#take(done)
    else this.#keep(done)
    toast.success(m.template_saved())
    return done
  }

  /** Takes it off sale, or puts it back. What is typed has nothing to do with that. */
  async archive(archived: boolean) {
    const { id } = this
    if (id === null) return null
    const done = await this.#ask(() => rust.archiveTemplate(id, archived))
    if (!done) return null
    this.detail = done
    // Where somebody else wrote as well, the next save still says so.
    if (same(typedFrom(done.form), this.saved)) this.basedOn = done.row.version
    toast.success(archived ? m.template_is_archived() : m.template_is_back())
    return done
  }

  /** A note changes nothing of what is typed, nor the version that is edited. What was read before it does not know of it. */
  noted({ history, history_complete }: TemplateDetail) {
    this.#turn++
    if (this.detail) this.detail = { ...this.detail, history, history_complete }
  }

  /** What another one wrote in place of what is typed here. */
  takeOther(version: number, other: Typed) {
    this.typed = { ...other }
    this.saved = { ...other }
    this.basedOn = version
    this.asking.failure = null
  }

  #take(next: TemplateDetail) {
    this.#keep(next)
    this.typed = typedFrom(next.form)
  }

  #keep(next: TemplateDetail) {
    this.id = next.row.id
    this.detail = next
    this.saved = typedFrom(next.form)
    this.basedOn = next.row.version
  }

  async #ask(work: () => Promise<TemplateDetail>) {
    if (this.asking.running) return null
    this.#turn++
    let done = null as TemplateDetail | null
    await this.asking.run(async () => {
      done = await work()
    })
    return done
  }
}

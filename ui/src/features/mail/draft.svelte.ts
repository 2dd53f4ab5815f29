import {
  Attempt,
  Loaded,
  type MailDraftForm,
  type MailKind,
  type MailLanguage,
  type MailSetup,
  type MailText,
  rust,
} from '$/platform'
import { setup } from './setup.svelte'

/** How long nobody types before the preview is made anew, in milliseconds. */
const PAUSE = 250

/** The text that is being written, and how it arrives. */
class Draft {
  kind = $state<MailKind>('voucher')
  language = $state<MailLanguage>('en')
  subject = $state('')
  body = $state('')
  /** What the server has of it. */
  kept = $state.raw<MailText | null>(null)
  /** As it would arrive. */
  readonly preview = new Loaded(() => rust.previewMail(this.form))
  readonly saving = new Attempt(({ code }) =>
    code === 'changed_meanwhile' ? this.#takeVersion() : null,
  )
  saved = $state(false)
  #pause: ReturnType<typeof setTimeout> | undefined

  readonly form = $derived<MailDraftForm>({
    kind: this.kind,
    language: this.language,
    subject: this.subject,
    body: this.body,
  })
  readonly changed = $derived(
    this.kept !== null && (this.subject !== this.kept.subject || this.body !== this.kept.body),
  )
  readonly faults = $derived(this.preview.value?.faults ?? [])

  /** Opens a text as it is kept. */
  open(from: MailSetup, kind: MailKind, language: MailLanguage) {
    const text = from.texts.find((one) => one.kind === kind && one.language === language)
    if (!text) return
    this.kind = kind
    this.language = language
    this.kept = text
    this.subject = text.subject
    this.body = text.body
    this.saving.failure = null
    this.saved = false
    this.look(0)
  }

  /** Makes the preview anew, once nobody has typed for a moment. */
  look(pause = PAUSE) {
    clearTimeout(this.#pause)
    this.#pause = setTimeout(this.preview.load, pause)
  }

  typed() {
    this.saved = false
    this.look()
  }

  /** Keeps the text; `back`: has the program's own hold again. */
  async save(back: boolean) {
    if (!this.kept) return
    const { row_version } = this.kept
    await this.saving.run(async () => {
      const sent = this.form
      const now = await rust.setMailText({ draft: sent, row_version, back })
      setup.take(now)
      if (this.#shows(sent)) {
        this.open(now, sent.kind, sent.language)
        this.saved = true
      } else this.#takeKept()
    })
  }

  /** Whether that still stands in the fields: people go on typing, or to another text, while one is saved. */
  #shows(text: MailDraftForm): boolean {
    return JSON.stringify(this.form) === JSON.stringify(text)
  }

  /** What was typed stays; saved once more, it takes the place of what somebody else wrote. */
  async #takeVersion() {
    await setup.load()
    this.#takeKept()
  }

  /** What was typed stays, beside what the server has by now. */
  #takeKept() {
    const text = setup.value?.texts.find(
      (one) => one.kind === this.kind && one.language === this.language,
    )
    if (text) this.kept = text
  }
}

export const draft = new Draft()

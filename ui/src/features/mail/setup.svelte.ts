import { type AppError, asAppError, type MailSetup, rust } from '$/platform'

/** How the organisation writes, shared by the parts of the screen. */
class Setup {
  now = $state.raw<MailSetup | null>(null)
  failure = $state<AppError | null>(null)

  async load() {
    try {
      this.now = await rust.mailSetup()
      this.failure = null
    } catch (thrown) {
      this.failure = asAppError(thrown)
    }
  }
}

export const setup = new Setup()

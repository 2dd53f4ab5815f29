/** What of the shell lies over the screens; the whole window shares one. */
class Over {
  palette = $state(false)
  keys = $state(false)
  about = $state(false)
  support = $state(false)
  /** Saving what waits to a file. */
  saving = $state(false)
  refused = $state(false)
  switching = $state(false)
  training = $state(false)
}

export const over = new Over()

/** The time, once a second, for whatever on the screen counts up or down. */
class Clock {
  now = $state(Date.now())

  constructor() {
    setInterval(() => {
      this.now = Date.now()
    }, 1000)
  }
}

export const clock = new Clock()

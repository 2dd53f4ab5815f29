import {
  events,
  type MenuChosen,
  type Preferences,
  type ScannerSettings,
  type Session,
  type StatusBar,
} from '../bindings/commands'

type Payload<E> = E extends { listen: (cb: (event: { payload: infer P }) => void) => unknown }
  ? P
  : never
export type DataChanged = Payload<typeof events.dataChanged>
type Stop = () => void
type Source<T> = { listen: (cb: (event: { payload: T }) => void) => Promise<Stop> }

// Listening is asynchronous in Tauri; a screen that goes away before it is set up must still be let go.
function subscribe<T>(source: Source<T>, hear: (payload: T) => void): Stop {
  let stopped = false
  let stop: Stop | undefined
  source
    .listen((event) => hear(event.payload))
    .then(
      (unlisten) => {
        if (stopped) unlisten()
        else stop = unlisten
      },
      (reason) => console.error('cannot listen', reason),
    )
  return () => {
    stopped = true
    stop?.()
  }
}

export const onStatus = (hear: (status: StatusBar) => void) => subscribe(events.statusChanged, hear)
export const onData = (hear: (what: DataChanged) => void) => subscribe(events.dataChanged, hear)
export const onPreferences = (hear: (preferences: Preferences) => void) =>
  subscribe(events.preferencesChanged, hear)
export const onScanner = (hear: (settings: ScannerSettings) => void) =>
  subscribe(events.scannerChanged, hear)
export const onSession = (hear: (session: Session) => void) =>
  subscribe(events.sessionChanged, hear)

// A window hears what is chosen in the menus of all.
const own = () => window.location.pathname.replace(/^\/|\.html$/g, '')

/** What was chosen in this window's menu, by the action's own name. */
export const onMenu = (hear: (action: string) => void) =>
  subscribe<MenuChosen>(events.menuChosen, ({ window, action }) => window === own() && hear(action))
export const onUpdate = (hear: () => void) => subscribe(events.updateChanged, hear)

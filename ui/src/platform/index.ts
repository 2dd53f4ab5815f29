// The one door from the page to Rust: nothing else imports @tauri-apps or the generated commands.
export type * from '../bindings/commands'
export { Attempt } from './attempt.svelte'
export {
  onData,
  onMenu,
  onPreferences,
  onScanner,
  onSession,
  onStatus,
  onUpdate,
} from './events'
export { asAppError, Failure } from './failure'
export { Loaded } from './loaded.svelte'
export { rust } from './rust'

// The one door from the page to Rust: nothing else imports @tauri-apps or the generated commands.
export type * from '../bindings/commands'
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
export { rust } from './rust'

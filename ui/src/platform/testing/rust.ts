// The other side of the door, played by a test. Import it before what listens to Rust from its first line on.
import { mockIPC } from '@tauri-apps/api/mocks'
import { events } from '../../bindings/commands'
import type { AppError, DataChanged, ErrorCode, Session } from '..'

type Played = Record<string, (args: never) => unknown>

let played: Played = {}

/** The commands that are played from now on, by their names in Rust. What is not among them fails. */
export function play(commands: Played) {
  played = commands
}

/** What a command throws. */
export const error = (code: ErrorCode): AppError => ({
  code,
  message: code,
  fields: [],
  params: {},
  refusal: null,
})

export const ada: Session = {
  staff_id: 'ada',
  name: 'Ada',
  role: 'admin',
  offline: false,
  offline_until: null,
  by_password: true,
  locked: false,
  ended: null,
}

/** Rust tells that this person works here, or that the screens are locked. */
export const tellSession = (session: Session) => events.sessionChanged.emit(session)
export const tellData = (changed: DataChanged) => events.dataChanged.emit(changed)

/** An answer that comes when the test says so. */
export function later<T>() {
  let answer: (value: T) => void = () => {}
  let fail: (error: AppError) => void = () => {}
  const promise = new Promise<T>((resolve, reject) => {
    answer = resolve
    fail = reject
  })
  return { promise, answer, fail }
}

globalThis.window ??= globalThis as unknown as Window & typeof globalThis
globalThis.addEventListener ??= () => {}
globalThis.navigator ??= { languages: ['en'] } as unknown as Navigator
mockIPC(
  (command, args) => {
    const answer = played[command]
    if (!answer) throw error('internal')
    return answer(args as never)
  },
  { shouldMockEvents: true },
)
